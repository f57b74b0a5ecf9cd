"""What reinfra says of itself, to an endpoint and to Prometheus."""

from contextlib import ExitStack

from dashboard import probes
from dashboard.queries import own as ran
from reinfra.batch.detect import Request, detect
from reinfra.batch.own import figures, own
from reinfra.config import Settings
from reinfra.config.export import ExportSettings
from reinfra.model import HOUR, Batch, SeriesKey
from reinfra.store import Source, Store

NOW = 1_750_000_200_000 // HOUR * HOUR


def test_a_run_s_figures_are_those_of_its_report(store: Store) -> None:
    store.clock = lambda: NOW
    key = SeriesKey.of("test.load", {})
    store.write(Batch.at_instant(NOW - HOUR, [(key, 1.0)]), Source("test"))
    report = detect(store, Settings(), Request(), clock=lambda: NOW, ids=lambda: "r")
    told = {
        (one.metric, one.label("reinfra.state")): value
        for one, value in figures(store, report, NOW)
    }
    assert told["reinfra.detect.windows", ""] == report.windows > 0
    assert told["reinfra.detect.series", "stale"] == report.stale
    assert told["reinfra.detect.duration", ""] == report.seconds
    failed = {one.metric: value for one, value in figures(store, None, NOW)}
    assert failed == {"reinfra.detect.errors": 1.0}
    with store.reading() as connection:
        lines = list(probes.own_exposition(ran.take(connection), NOW))
    assert f"reinfra_detect_windows {report.windows}" in lines
    assert any(line.startswith('reinfra_loop_beat_seconds{loop="detect"') for line in lines)


def test_nothing_is_sent_where_no_endpoint_is_set() -> None:
    with ExitStack() as stack:
        assert own(ExportSettings(), stack) is None
