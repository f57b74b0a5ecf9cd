"""What machines ask the dashboard: is the store there, and how is it doing."""

from collections.abc import Iterator

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from dashboard import connection
from dashboard.queries import counts, own
from reinfra.model import ReinfraError
from reinfra.store import sources
from reinfra.store.runs import Run


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
        store = connection.store()
        with store.reading() as reading:
            taken, ran = counts.take(reading), own.take(reading)
    except ReinfraError as error:
        return PlainTextResponse(f"# {error}\nreinfra_up 0\n", 503)
    lines = [*exposition(taken), *own_exposition(ran, store.clock())]
    return PlainTextResponse("\n".join(lines) + "\n", media_type="text/plain; version=0.0.4")


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


def own_exposition(ran: own.Own, now: int) -> Iterator[str]:
    """Of the last run, of the loops' signs of life, and of what waits longest."""
    for name, meaning, value in _of_run(ran.last):
        yield from _gauge(f"reinfra_detect_{name}", meaning, {(): value})
    if ran.last:
        yield from _gauge(
            "reinfra_detect_series",
            "Series of the last run by what became of them.",
            {(("state", state),): getattr(ran.last, state) for state in _STATES},
        )
    yield from _gauge(
        "reinfra_loop_beat_seconds",
        "When a loop last gave a sign of life.",
        {(("loop", one.loop), ("host", one.host)): one.at / 1000 for one in ran.beats},
    )
    yield from _gauge(
        "reinfra_outbox_oldest_pending_seconds",
        "How long the oldest message of a channel has waited.",
        {
            (("channel", name),): max(0, now - at) / 1000 if at is not None else 0.0
            for name, at in ran.waiting.items()
        },
    )


_STATES = ("scored", "warming", "failed", "stale")


def _of_run(last: Run | None) -> Iterator[tuple[str, str, float]]:
    if last is None or last.ended_at is None:
        return
    yield "ended_seconds", "When the last run ended.", last.ended_at / 1000
    yield "exit_code", "How the last run ended.", last.exit_code or 0
    yield "duration_seconds", "How long the last run took.", last.seconds or 0.0
    yield "windows", "Windows that the last run searched.", last.windows
    yield "anomalies", "Anomalies that the last run found.", last.anomalies
    yield "incidents", "Incidents that the last run changed.", last.incidents


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
