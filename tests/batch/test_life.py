"""A run's life: what it leaves behind however it ends, and where the next one goes on."""

from collections.abc import Callable
from dataclasses import replace
from itertools import count

import numpy as np
import pytest

from reinfra.batch.detect import Report, Request, detect
from reinfra.batch.request import Stop, never
from reinfra.batch.work import work as work_on
from reinfra.config import Settings
from reinfra.errors import ExitCode, InputError
from reinfra.model import DAY, HOUR, MINUTE, Batch, SeriesKey
from reinfra.store import Source, Store, anomalies, heartbeats, runs

STEP = 5 * MINUTE
END = 1_750_000_200_000 // HOUR * HOUR
KEYS = [
    SeriesKey.of("test.load", {"host.name": "a"}),
    SeriesKey.of("test.heat", {"host.name": "a"}),
]
EVERYTHING_NEW = Request()
_numbers = count()


def _filled(store: Store, until: int = END) -> None:
    at = np.arange(END - 3 * DAY, until, STEP)
    for key in KEYS:
        value = 10 + np.random.default_rng(3).normal(0, 0.1, at.size)
        value[at == END - 2 * HOUR] = 40
        store.write(Batch.of_series(key, at, value), Source("test"))


@pytest.fixture
def run(store: Store) -> Callable[..., Report]:
    def once(
        now: int,
        request: Request = EVERYTHING_NEW,
        stop: Stop = never,
        **changes: object,
    ) -> Report:
        settings = Settings()
        changed = {"detectors": ("autoregression",), "lag": 0.0, **changes}
        chosen = settings.detect.model_copy(update=changed)
        store.clock = lambda: now
        return detect(
            store,
            settings.model_copy(update={"detect": chosen}),
            request,
            clock=lambda: now,
            ids=lambda: f"run-{next(_numbers)}",
            stop=stop,
        )

    return once


def _found(store: Store) -> list[tuple[str, int]]:
    with store.reading() as connection:
        return sorted((str(one.found.key), one.found.since) for one in _all(connection))


def _all(connection: object) -> list[anomalies.StoredAnomaly]:
    return anomalies.between(connection, 0, 2**60)  # type: ignore[arg-type]


def test_downtime_is_caught_up_window_by_window(store: Store, run: Callable[..., Report]) -> None:
    _filled(store)
    run(END - 3 * HOUR)
    assert _found(store) == []
    report = run(END)
    assert (report.since, report.until, report.windows) == (END - 3 * HOUR, END, 180)
    assert report.exit_code == ExitCode.OK
    assert {since for _, since in _found(store)} == {END - 2 * HOUR}
    again = run(END)
    assert (again.windows, again.exit_code, again.note) == (0, 0, "nothing new is complete")


def test_some_windows_at_a_time_come_to_the_same(store: Store, run: Callable[..., Report]) -> None:
    _filled(store)
    run(END - 3 * HOUR)
    parts = [run(END, Request(max_windows=100)) for _ in range(2)]
    assert [one.windows for one in parts] == [100, 80]
    assert parts[0].until == END - 3 * HOUR + 100 * MINUTE
    assert {since for _, since in _found(store)} == {END - 2 * HOUR}


def test_told_to_stop_it_ends_after_the_pass_and_the_next_run_goes_on(
    store: Store, run: Callable[..., Report]
) -> None:
    _filled(store)
    run(END - 2 * DAY)
    asked = iter([False, False, True])
    report = run(END, stop=lambda: next(asked))
    assert report.exit_code == ExitCode.PARTIAL
    assert END - 2 * DAY < report.until < END
    with store.reading() as connection:
        row = runs.latest(connection, 1)[0]
    assert (row.exit_code, row.done_until) == (3, report.until)
    rest = run(END)
    assert (rest.since, rest.until) == (report.until, END)
    asked = iter([False, True])
    assert run(END + MINUTE, stop=lambda: next(asked)).exit_code == ExitCode.PARTIAL


def test_a_clock_that_goes_back_or_was_ahead_loses_no_window(
    store: Store, run: Callable[..., Report]
) -> None:
    _filled(store)
    run(END - 4 * HOUR)
    run(END - 3 * HOUR)
    before = run(END - 3 * HOUR - 30 * MINUTE)
    assert (before.since, before.windows) == (END - 4 * HOUR, 30)
    ahead = run(END + 365 * DAY)
    assert ahead.exit_code == ExitCode.STALE
    back = run(END)
    assert (back.since, back.until) == (END - 3 * HOUR, END)
    assert run(END + HOUR).since == END


def test_a_part_that_fails_is_on_record_and_stops_no_other(
    store: Store, run: Callable[..., Report], monkeypatch: pytest.MonkeyPatch
) -> None:
    _filled(store)

    def work(samples: object, store_: object, task: object, item: object, *rest: object) -> object:
        if item.series[0].key.metric == "test.heat":  # type: ignore[attr-defined]
            raise InputError("no luck")
        return work_on(samples, store_, task, item, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr("reinfra.batch.elsewhere.work", work)
    report = run(END)
    assert (report.exit_code, report.failed, report.scored) == (ExitCode.PARTIAL, 1, 1)
    assert report.failures == ("autoregression: no luck",)
    assert {key.partition("{")[0] for key, _ in _found(store)} == {"test.load"}
    monkeypatch.undo()
    assert run(END + HOUR).since == report.since
    assert {key.partition("{")[0] for key, _ in _found(store)} == {"test.load", "test.heat"}


def test_input_without_a_new_sample_is_stale_unless_the_past_was_asked_for(
    store: Store, run: Callable[..., Report]
) -> None:
    assert run(END).exit_code == ExitCode.STALE
    _filled(store, END - 2 * HOUR)
    report = run(END)
    assert (report.exit_code, report.stale) == (ExitCode.STALE, 2)
    assert "the newest sample is of" in report.note
    assert run(END, stale=3 * 3600.0).exit_code == ExitCode.OK
    assert run(END, Request(since=END - DAY)).exit_code == ExitCode.OK


def test_a_run_says_with_which_versions_it_worked_and_gives_a_sign_of_life(
    any_store: Store,
) -> None:
    _filled(any_store)
    any_store.clock = lambda: END
    detect(any_store, Settings(), Request(), clock=lambda: END, ids=lambda: "one")
    with any_store.reading() as connection:
        row = runs.get(connection, "on")
        (beat,) = heartbeats.listing(connection)
    assert '"schema"' in row.versions
    assert (row.state, row.series, row.windows > 0, row.done_until) == (
        "ended",
        2,
        True,
        END - MINUTE,
    )
    assert (beat.loop, beat.at, beat.every) == ("detect", END, None)


def test_a_run_that_died_is_said_to_have_when_the_next_begins(store: Store) -> None:
    dead = runs.Run("dead", "detect", END, 0, END, "0", "elsewhere")
    with store.writing() as connection:
        runs.begin(connection, dead)
        assert runs.get(connection, "dead").state == "running"
        runs.begin(connection, replace(dead, id="next", started_at=END + 1))
        assert runs.get(connection, "dead").state == "died"
        late = replace(dead, id="late", started_at=END + 100 * DAY)
        runs.advance(connection, "next", runs.Done(until=END))
        runs.begin(connection, late)
        assert [one.id for one in runs.latest(connection)] == ["late", "next"]
        assert runs.completed_until(connection, "detect", END) == END
        assert runs.completed_until(connection, "detect", END - 1) is None
