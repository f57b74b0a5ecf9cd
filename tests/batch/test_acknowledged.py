"""What people said of incidents decides what thresholds are learned from."""

from itertools import count
from pathlib import Path

import numpy as np
import pytest

from detectors.calibration.state import HEAD
from reinfra.batch.detect import Request, detect
from reinfra.config import load_settings
from reinfra.model import DAY, HOUR, MINUTE, Batch, SeriesKey
from reinfra.store import Selector, Source, Store, incidents, open_store, states
from reinfra.store.schema import incident

STEP = 5 * MINUTE
BEGIN = 1_750_032_000_000  # 2025-06-16T00:00:00Z
HURT = SeriesKey.of("test.load", {"host.name": "h0"})
_numbers = count()


def _fill(store: Store) -> None:
    """Four series for five days; the first is in trouble for half of the fourth, again and again.

    What happens once or twice a day is no part of how a series is, whatever people say; this often it is.
    """
    rng = np.random.default_rng(2)
    at = np.arange(BEGIN, BEGIN + 5 * DAY, STEP)
    for row in range(4):
        value = 10 + np.sin(2 * np.pi * at / DAY) + rng.normal(0, 0.2, at.size)
        since = at - BEGIN - 3 * DAY
        bad = (since >= 0) & (since < 12 * HOUR) & (since % (45 * MINUTE) < 10 * MINUTE)
        if row == 0:
            value += np.where(bad, rng.uniform(4, 9, at.size), 0.0)
        key = SeriesKey.of("test.load", {"host.name": f"h{row}"})
        store.write(Batch.of_series(key, at, value), Source("test"))


def _run(store: Store, until: int) -> None:
    settings = load_settings()
    chosen = settings.detect.model_copy(update={"detectors": ("autoregression",)})
    settings = settings.model_copy(update={"detect": chosen})
    request = Request(until=until)
    detect(store, settings, request, clock=lambda: until, ids=lambda: f"run-{next(_numbers)}")


def _unit(folder: Path, feedback: str | None) -> float:
    """The unit of the hurt series' threshold a day after somebody said this of its incident."""
    store = open_store(
        f"sqlite:///{folder}/{feedback}.db", clock=lambda: BEGIN + 5 * DAY, create=True
    )
    _fill(store)
    _run(store, BEGIN + 3 * DAY + 12 * HOUR)
    with store.writing() as connection:
        assert incidents.listing(connection)
        connection.execute(incident.update().values(feedback=feedback))
    _run(store, BEGIN + 5 * DAY)
    ids = {one.key: one.id for one in store.series(Selector())}
    with store.reading() as connection:
        state = states.load(connection, "autoregression", [ids[HURT]])[ids[HURT]]
    store.engine.dispose()
    assert state.level_near is not None
    return float(np.frombuffer(state.level_near[: HEAD.itemsize], HEAD)["unit"][0])


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory) -> float:
    return _unit(tmp_path_factory.mktemp("said"), None)


@pytest.mark.parametrize("feedback", ["useful", "expected"])
def test_what_was_real_is_not_learned_from(tmp_path: Path, learned: float, feedback: str) -> None:
    assert _unit(tmp_path, feedback) < 0.9 * learned


def test_what_was_not_useful_is_learned_from_like_anything_else(
    tmp_path: Path, learned: float
) -> None:
    assert _unit(tmp_path, "not useful") == learned
