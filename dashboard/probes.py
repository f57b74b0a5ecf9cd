"""What machines ask the dashboard: is the store there, and how is it doing."""

from collections.abc import Iterator

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from dashboard import connection
from dashboard.queries import counts
from reinfra.model import ReinfraError
from reinfra.store import sources


def healthz(_request: Request) -> Response:
    """200 when the store answers with a schema we know, 503 with the reason when not."""
    try:
        store = connection.store()
        with store.reading() as reading:
            sources.listing(reading)
    except ReinfraError as error:
        return JSONResponse({"status": "down", "reason": str(error)}, 503)
    return JSONResponse({"status": "ok"})


def metrics(_request: Request) -> Response:
    """Prometheus text format 0.0.4."""
    try:
        with connection.store().reading() as reading:
            taken = counts.take(reading)
    except ReinfraError as error:
        return PlainTextResponse(f"# {error}\nreinfra_up 0\n", 503)
    return PlainTextResponse(
        "\n".join(exposition(taken)) + "\n", media_type="text/plain; version=0.0.4"
    )


def exposition(taken: counts.Counts) -> Iterator[str]:
    """The lines of the exposition. A source that was never collected has no watermark, and so no line."""
    yield from _gauge("reinfra_up", "The store answers.", {(): 1})
    yield from _gauge(
        "reinfra_series",
        "Series in the store.",
        {(("source", one.name), ("origin", one.origin)): one.series for one in taken.sources},
    )
    yield from _gauge(
        "reinfra_source_watermark_seconds",
        "Everything before this instant has been collected.",
        {
            (("source", one.name),): one.watermark / 1000
            for one in taken.sources
            if one.watermark is not None
        },
    )
    yield from _gauge(
        "reinfra_incidents",
        "Incidents by state.",
        {(("state", state),): many for state, many in taken.incidents.items()},
    )
    yield from _gauge(
        "reinfra_outbox_messages",
        "Messages in the outbox by state.",
        {(("state", state),): many for state, many in taken.outbox.items()},
    )


def _gauge(
    name: str, meaning: str, values: dict[tuple[tuple[str, str], ...], float]
) -> Iterator[str]:
    yield f"# HELP {name} {meaning}"
    yield f"# TYPE {name} gauge"
    for labels, value in values.items():
        inside = ",".join(f'{label}="{_escaped(text)}"' for label, text in labels)
        yield f"{name}{{{inside}}} {value:.15g}" if inside else f"{name} {value:.15g}"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


ROUTES = (Route("/healthz", healthz), Route("/metrics", metrics))
