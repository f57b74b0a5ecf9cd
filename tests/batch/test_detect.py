from dataclasses import replace
from functools import partial
from itertools import count
from pathlib import Path

import numpy as np
import pytest

from reinfra.batch.deliver import deliver
from reinfra.batch.detect import Report, Request, detect
from reinfra.config import Settings
from reinfra.errors import InputError, LockedError, ReinfraError
from reinfra.model import DAY, MINUTE, Batch, IncidentState, SeriesKey
from reinfra.store import Selector, Source, Store, anomalies, backlog, incidents, open_store, runs
from reinfra.store.backends import open_samples
from reinfra.store.lock import only_one
from reinfra.store.parquet import export
from reinfra.store.seal import seal

STEP = 5 * MINUTE
END = 1_750_000_000_000 // STEP * STEP
SPIKE = END - 100 * STEP
KEY = SeriesKey.of("aws.ec2.cpu.utilization", {"host.name": "a"})


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    defaults = Settings()
    alerts = defaults.alerts.model_copy(
        update={"channels": ("file",), "file": str(tmp_path / "alerts.jsonl")}
    )
    chosen = defaults.detect.model_copy(update={"detectors": ("autoregression", "staleness")})
    return defaults.model_copy(update={"alerts": alerts, "detect": chosen})


def _filled(store: Store) -> None:
    """Ten quiet days of one host, with one spike."""
    at = np.arange(END - 10 * DAY, END, STEP)
    value = 0.4 + np.random.default_rng(3).normal(0, 0.01, at.size)
    value[at == SPIKE] = 0.95
    store.clock = lambda: END
    store.write(Batch.of_series(KEY, at, value), Source("test"))


def _run(store: Store, settings: Settings, request: Request = Request()) -> Report:  # noqa: B008
    numbers = count()
    return detect(store, settings, request, clock=lambda: END, ids=lambda: f"{END}-{next(numbers)}")


def test_a_spike_becomes_an_anomaly_an_incident_and_a_message(
    any_store: Store, settings: Settings
) -> None:
    _filled(any_store)
    report = _run(any_store, settings)
    assert (report.series, report.scored, report.warming) == (1, 1, 0)
    with any_store.reading() as connection:
        found = anomalies.between(connection, SPIKE, SPIKE + 1)
        opened = incidents.listing(connection)
    assert [one.found.peak_at for one in found] == [SPIKE]
    assert found[0].incident_id in {one.id for one in opened}
    deliver(any_store, settings, lambda: END)
    with any_store.reading() as connection:
        assert backlog.counts(connection)["file"].pending == 0
    assert '"transition": "opened"' in Path(settings.alerts.file).read_text()


def test_an_incident_that_has_been_quiet_is_resolved(store: Store, settings: Settings) -> None:
    _filled(store)
    _run(store, settings)
    with store.reading() as connection:
        states = {one.state for one in incidents.listing(connection)}
    assert states == {IncidentState.RESOLVED}


def test_searching_a_window_again_changes_nothing(store: Store, settings: Settings) -> None:
    _filled(store)
    first = _run(store, settings, Request(since=END - 10 * DAY))
    with store.reading() as connection:
        before = anomalies.between(connection, 0, END), incidents.listing(connection)
    numbers = count(100)
    again = detect(
        store,
        settings,
        Request(since=END - 10 * DAY),
        clock=lambda: END,
        ids=lambda: str(next(numbers)),
    )
    with store.reading() as connection:
        after = anomalies.between(connection, 0, END), incidents.listing(connection)
    assert (again.anomalies, again.incidents) == (first.anomalies, 0)
    assert before == after


def test_a_run_goes_on_where_the_last_one_stopped(store: Store, settings: Settings) -> None:
    _filled(store)
    first = _run(store, settings)
    numbers = count(100)
    later = detect(
        store, settings, Request(), clock=lambda: END + STEP, ids=lambda: str(next(numbers))
    )
    assert later.since == first.until


def test_windows_searched_one_by_one_find_what_one_window_finds(
    store: Store, settings: Settings
) -> None:
    _filled(store)
    numbers = count(100)
    for until in range(END - 10 * DAY + DAY, END + 1, DAY):
        detect(
            store,
            settings,
            Request(until=until),
            clock=lambda: END,
            ids=lambda: str(next(numbers)),
        )
    with store.reading() as connection:
        piecewise = {one.found.since for one in anomalies.between(connection, 0, END)}
        connection.rollback()
    whole = _run(store, settings, Request(since=END - 10 * DAY, dry_run=True))
    assert piecewise == {since for since, _ in whole.found}


def test_a_dry_run_writes_nothing(store: Store, settings: Settings) -> None:
    _filled(store)
    report = _run(store, settings, Request(dry_run=True))
    assert report.anomalies
    with store.reading() as connection:
        assert not anomalies.between(connection, 0, END)
        assert not runs.latest(connection)


def test_a_second_run_at_the_same_time_is_refused(any_store: Store, settings: Settings) -> None:
    _filled(any_store)
    with only_one(any_store.engine, "detect"), pytest.raises(LockedError) as refused:
        _run(any_store, settings)
    assert refused.value.exit_code == 75
    assert _run(any_store, settings).series == 1


def test_a_run_that_fails_is_on_record(
    store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    _filled(store)

    def fails(*_: object, **__: object) -> None:
        raise InputError("no luck")

    monkeypatch.setattr("reinfra.batch.elsewhere.work", fails)
    with pytest.raises(ReinfraError) as failed:
        _run(store, settings)
    with store.reading() as connection:
        (run,) = runs.latest(connection)
    assert failed.value.exit_code == run.exit_code == 1
    assert "no luck" in (run.error or "")
    assert run.done_until is None


def test_a_failed_run_does_not_move_where_the_next_one_begins(
    store: Store, settings: Settings
) -> None:
    _filled(store)
    with store.writing() as connection:
        runs.begin(connection, runs.Run("x", "detect", END, 0, END, "0", "here"))
    assert _run(store, settings).since == END - 10 * DAY


def test_a_host_that_falls_silent_is_found(store: Store, settings: Settings) -> None:
    _filled(store)
    store.clock = lambda: END + DAY
    report = detect(
        store, settings, Request(since=END), clock=lambda: END + DAY, ids=lambda: "silent"
    )
    assert any("silent" in reason for _, reason in report.found)


def test_a_recording_that_ended_is_not_silent(store: Store, settings: Settings) -> None:
    at = np.arange(END - DAY, END, STEP)
    recorded = replace(KEY, labels=(*KEY.labels, ("reinfra.origin", "recorded")))
    store.clock = lambda: END + DAY
    source = Source("tape", recorded.origin)
    store.write(Batch.of_series(recorded, at, np.full(at.size, 0.5)), source)
    report = detect(store, settings, Request(), clock=lambda: END + DAY, ids=lambda: "tape")
    assert report.anomalies == 0


def test_only_the_selected_series_are_searched(store: Store, settings: Settings) -> None:
    _filled(store)
    nobody = Selector.parse('aws.ec2.cpu.utilization{host.name="b"}')
    assert _run(store, settings, Request(selector=nobody)).series == 0


def test_a_detector_nobody_knows_is_refused_before_anything_is_read(
    store: Store, settings: Settings
) -> None:
    with pytest.raises(InputError, match="magic"):
        _run(store, settings, Request(only=("magic",)))


def test_a_spike_in_the_cell_where_one_run_stops_is_found_by_the_next(
    store: Store, settings: Settings
) -> None:
    _filled(store)
    numbers = count()
    for until in (SPIKE + STEP // 3, END):
        detect(
            store, settings, Request(until=until), clock=lambda: END, ids=lambda: str(next(numbers))
        )
    with store.reading() as connection:
        found = anomalies.between(connection, SPIKE, SPIKE + 1)
    assert [one.found.peak_at for one in found] == [SPIKE]


@pytest.mark.parametrize(
    "part",
    [
        Request(only=("staleness",)),
        Request(selector=Selector.parse('aws.ec2.cpu.utilization{host.name="b"}')),
    ],
)
def test_a_run_over_a_part_does_not_move_where_the_next_one_begins(
    store: Store, settings: Settings, part: Request
) -> None:
    _filled(store)
    detect(store, settings, part, clock=lambda: END, ids=lambda: "part")
    assert _run(store, settings).since == END - 10 * DAY


def test_a_run_that_leaves_a_gap_behind_does_not_hide_it(store: Store, settings: Settings) -> None:
    _filled(store)
    numbers = count()
    ids = lambda: str(next(numbers))  # noqa: E731 - short names for short tests
    first = detect(store, settings, Request(until=END - 5 * DAY), clock=lambda: END, ids=ids)
    detect(store, settings, Request(since=END - DAY), clock=lambda: END, ids=ids)
    later = detect(store, settings, Request(), clock=lambda: END, ids=ids)
    assert later.since == first.until


def test_nothing_is_searched_beyond_the_present(store: Store, settings: Settings) -> None:
    _filled(store)
    report = _run(store, settings, Request(until=END + 1000 * DAY))
    assert report.until == END + 1


def test_a_host_that_stays_silent_is_not_called_well(store: Store, settings: Settings) -> None:
    _filled(store)
    short = settings.detect.model_copy(update={"history": 1.0})
    settings = settings.model_copy(update={"detect": short})
    numbers = count()
    for days in (1, 3, 6):
        clock = partial(int, END + days * DAY)
        store.clock = clock
        detect(store, settings, Request(), clock=clock, ids=lambda: str(next(numbers)))
    with store.reading() as connection:
        states = {one.state for one in incidents.listing(connection) if "silent" in one.title}
    assert states == {IncidentState.OPEN}


def test_samples_that_live_elsewhere_are_searched_there_and_findings_kept_here(
    store: Store, settings: Settings, tmp_path: Path
) -> None:
    _filled(store)
    seal(store, everything=True)
    export(store, str(tmp_path / "samples"))
    here = open_store(f"sqlite:///{tmp_path}/findings.db", clock=lambda: END, create=True)
    there = open_samples(f"parquet:{tmp_path}/samples")
    report = detect(
        here, settings, Request(), clock=lambda: END, ids=lambda: "elsewhere", samples=there
    )
    assert report.scored == 1
    with here.reading() as connection:
        found = [one.found for one in anomalies.between(connection, SPIKE, SPIKE + 1)]
    assert [(one.key, one.peak_at) for one in found] == [(KEY, SPIKE)]
    assert here.samples(here.series(Selector()), 0, END).at[0].size == 0
    here.engine.dispose()


def test_an_unknown_kind_of_place_is_refused() -> None:
    with pytest.raises(InputError, match=r"database\.samples"):
        open_samples("ftp://somewhere")
