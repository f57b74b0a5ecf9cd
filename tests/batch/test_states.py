"""A run scores new samples only, and whatever happens every sample is scored once."""

import os
import random
import signal
import subprocess
import sys
import time
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select

from reinfra.batch.detect import Report, Request, detect
from reinfra.batch.workers import Crew
from reinfra.config import load_settings
from reinfra.model import DAY, HOUR, MINUTE, Anomaly, Batch, SeriesKey
from reinfra.store import SampleStore, Source, Store, anomalies, open_store
from reinfra.store.schema import detector_state

STEP = 5 * MINUTE
BEGIN = 1_750_032_000_000  # 2025-06-16T00:00:00Z
SPAN = 4 * DAY
KEYS = [
    SeriesKey.of(metric, {"host.name": f"h{number}"})
    for metric in ("test.load", "test.heat")
    for number in range(6)
]


def fill(store: Store, until: int = BEGIN + SPAN) -> None:
    """Twelve series with a daily wave; three of them have incidents, one of which goes on for two hours."""
    rng = np.random.default_rng(1)
    at = np.arange(BEGIN, until, STEP)
    wave = np.sin(2 * np.pi * (at - BEGIN) / DAY)
    for row, key in enumerate(KEYS):
        value = 10 + 2 * wave + rng.normal(0, 0.2, SPAN // STEP)[: at.size]
        if row % 4 == 0:
            bad = (at >= BEGIN + 3 * DAY + row * HOUR) & (at < BEGIN + 3 * DAY + (row + 2) * HOUR)
            value = value + np.where(bad, 8.0, 0.0)
        store.write(Batch.of_series(key, at, value), Source("test"))


def run(store: Store, until: int, workers: int = 1, **changes: object) -> Report:
    settings = load_settings()
    chosen = settings.detect.model_copy(update={"detectors": ("autoregression",), **changes})
    settings = settings.model_copy(update={"detect": chosen})
    numbers = count()
    return detect(
        store,
        settings,
        Request(until=until, crew=Crew(workers)),
        clock=lambda: BEGIN + SPAN,
        ids=lambda: f"{until}-{next(numbers)}-{os.urandom(4).hex()}",
    )


def found(store: Store) -> list[tuple[str, int, int, int, float]]:
    with store.reading() as connection:
        rows: list[Anomaly] = [one.found for one in anomalies.between(connection, 0, 2**60)]
    return sorted((str(a.key), a.since, a.until, a.peak_at, a.score) for a in rows)


@pytest.fixture
def whole(sqlite_url: str) -> list[tuple[str, int, int, int, float]]:
    """What one run over everything finds."""
    store = open_store(sqlite_url, clock=lambda: BEGIN + SPAN)
    fill(store)
    run(store, BEGIN + SPAN)
    result = found(store)
    store.engine.dispose()
    Path(sqlite_url.removeprefix("sqlite:///")).rename(
        sqlite_url.removeprefix("sqlite:///") + ".used"
    )
    return result


@pytest.fixture
def empty(tmp_path: Path) -> Store:
    store = open_store(f"sqlite:///{tmp_path}/b.db", clock=lambda: BEGIN + SPAN, create=True)
    fill(store)
    return store


def test_many_short_runs_find_what_one_long_run_finds_and_extend_what_goes_on(
    whole: list[tuple[str, int, int, int, float]], empty: Store
) -> None:
    assert len(whole) >= 3
    run(empty, BEGIN + 3 * DAY)
    for until in range(BEGIN + 3 * DAY + 25 * MINUTE, BEGIN + SPAN, 25 * MINUTE):
        run(empty, until)
    run(empty, BEGIN + SPAN)
    assert found(empty) == whole


def test_what_is_read_follows_the_new_samples(
    empty: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    cells: list[int] = []
    read = Store.read

    def counted(store: SampleStore, *args: object, **named: object) -> object:
        block = read(store, *args, **named)  # type: ignore[arg-type]
        cells.append(block.values.size)
        return block

    run(empty, BEGIN + 3 * DAY)
    monkeypatch.setattr(Store, "read", counted)
    run(empty, BEGIN + 3 * DAY + STEP)
    assert sum(cells) == len(KEYS) * (1 + 6)  # 6 cells are read again, for late samples
    cells.clear()
    run(empty, BEGIN + 3 * DAY + 5 * STEP)
    assert sum(cells) == len(KEYS) * (4 + 6)


def test_workers_find_what_one_process_finds(
    whole: list[tuple[str, int, int, int, float]], empty: Store
) -> None:
    run(empty, BEGIN + 3 * DAY)
    run(empty, BEGIN + SPAN, workers=2)
    assert found(empty) == whole


def test_a_late_sample_is_counted_and_not_judged(empty: Store) -> None:
    middle = BEGIN + 3 * DAY + 6 * HOUR
    run(empty, BEGIN + 3 * DAY)
    key = SeriesKey.of("test.late", {"host.name": "x"})
    at = np.arange(BEGIN, middle, STEP)
    kept = at != middle - 3 * STEP
    empty.write(Batch.of_series(key, at[kept], np.ones(int(kept.sum()))), Source("slow"))
    assert run(empty, middle).late == 0
    for at_, value in ((middle - 3 * STEP, 50.0), (middle, 1.0)):
        empty.write(Batch.at_instant(at_, [(key, value)]), Source("slow"))
    assert run(empty, middle + STEP).late == 1
    assert not [one for one in found(empty) if one[0] == str(key)]


def test_samples_that_always_come_late_are_judged_when_they_come(store: Store) -> None:
    """As CloudWatch's do: a state ends with its series, not with the clock."""
    fill(store, BEGIN + 3 * DAY)
    run(store, BEGIN + 3 * DAY + 30 * MINUTE)
    fill(store, BEGIN + SPAN - 20 * MINUTE)
    report = run(store, BEGIN + SPAN)
    assert len({one[0] for one in found(store)}) >= 3
    assert report.late == 0


def test_other_settings_begin_anew(empty: Store) -> None:
    run(empty, BEGIN + 3 * DAY)
    with empty.reading() as connection:
        before = set(connection.execute(select(detector_state.c.settings)).scalars())
    run(empty, BEGIN + 3 * DAY + HOUR, false_alarms=3.0)
    with empty.reading() as connection:
        after = set(connection.execute(select(detector_state.c.settings)).scalars())
    assert len(before) == len(after) == 1
    assert before != after


def test_a_trial_leaves_the_states_as_they_are(empty: Store) -> None:
    run(empty, BEGIN + 3 * DAY)
    with empty.reading() as connection:
        before = connection.execute(select(detector_state)).all()
    detect(
        empty,
        load_settings(),
        Request(dry_run=True, only=("autoregression",)),
        clock=lambda: BEGIN + SPAN,
        ids=lambda: "trial",
    )
    with empty.reading() as connection:
        assert connection.execute(select(detector_state)).all() == before


def test_a_kill_at_any_moment_repeats_nothing_and_loses_nothing(
    whole: list[tuple[str, int, int, int, float]], empty: Store
) -> None:
    url = empty.engine.url.render_as_string(hide_password=False)
    rng = random.Random(2)  # noqa: S311 - only when to kill
    for _ in range(3):
        with subprocess.Popen(
            [sys.executable, "-m", "tests.batch.victim", url], stdout=subprocess.PIPE, text=True
        ) as child:
            assert child.stdout is not None
            assert child.stdout.readline()
            time.sleep(rng.uniform(0.0, 0.4))
            child.send_signal(signal.SIGKILL)
    run(empty, BEGIN + SPAN)
    assert found(empty) == whole
