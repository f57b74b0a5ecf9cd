"""What reinfra measures of itself: the last run and the outbox, as gauges over OpenTelemetry."""

from collections.abc import Iterator
from contextlib import ExitStack, closing

from reinfra.batch.request import Report
from reinfra.config.export import ExportSettings
from reinfra.model import SECOND, Batch, SeriesKey
from reinfra.store import Store, backlog

Figure = tuple[SeriesKey, float]


def figures(store: Store, report: Report | None, now: int) -> list[Figure]:
    """Of the last run (None: it failed), and of the outbox by channel. Ages in s."""
    with store.reading() as connection:
        waiting = backlog.counts(connection)
    found = list(_of_run(report))
    for channel, many in waiting.items():
        labels = {"reinfra.channel": channel}
        states = {"pending": many.pending, "sent": many.sent, "dead": many.dead}
        for state, count in states.items():
            key = _key("reinfra.outbox.messages", {**labels, "reinfra.state": state}, "{message}")
            found.append((key, count))
        oldest = many.oldest_pending_at
        age = 0.0 if oldest is None else max(0, now - oldest) / SECOND
        found.append((_key("reinfra.outbox.oldest_pending.age", labels, "s"), age))
    return found


def _of_run(report: Report | None) -> Iterator[Figure]:
    yield _key("reinfra.detect.errors", {}, "{error}"), float(report is None or report.failed)
    if report is None:
        return
    yield _key("reinfra.detect.duration", {}, "s"), report.seconds
    yield _key("reinfra.detect.windows", {}, "{window}"), report.windows
    yield _key("reinfra.detect.exit_code", {}, "1"), float(report.exit_code)
    states = {
        "judged": report.scored,
        "warming": report.warming,
        "failed": report.failed,
        "stale": report.stale,
    }
    for state, count in states.items():
        yield _key("reinfra.detect.series", {"reinfra.state": state}, "{series}"), count
    yield _key("reinfra.detect.anomalies", {}, "{anomaly}"), report.anomalies
    yield _key("reinfra.detect.incidents", {}, "{incident}"), report.incidents


class Own:
    """Sends the figures of each run to the endpoint of the settings, on its own thread; `close` sends the rest."""

    def __init__(self, settings: ExportSettings) -> None:
        from collectors.export import exporting
        from collectors.identity import Whereabouts

        self._exporting = exporting(settings, Whereabouts.started("").attributes)
        self._exporting.start()

    def take(self, found: list[Figure], now: int) -> None:
        """At once: what the endpoint does not take delays no run."""
        self._exporting.take(Batch.at_instant(now, found))

    def close(self) -> None:
        self._exporting.close()


def own(settings: ExportSettings, stack: ExitStack) -> Own | None:
    """What sends the figures until `stack` closes; None where no endpoint is set."""
    return stack.enter_context(closing(Own(settings))) if settings.endpoint else None


def _key(name: str, labels: dict[str, str], unit: str) -> SeriesKey:
    return SeriesKey.of(name, labels, unit=unit)
