"""What explains an incident: which points, at which scale, what was before, what changed, what began first."""

import json
from collections.abc import Iterator

import numpy as np
import pytest

from reinfra.config import Settings
from reinfra.errors import InputError
from reinfra.explain.explain import Explanation, explain
from reinfra.explain.points import strongest
from reinfra.explain.shares import of_channels
from reinfra.model import MINUTE, Anomaly, SeriesBlock
from reinfra.store import Store, incidents, open_store
from tests.backtest.conftest import SLOW, UNTIL, clock, key
from tests.cli.conftest import Run, reinfra  # noqa: F401 - a fixture


@pytest.fixture
def there(searched: str) -> Iterator[Store]:
    store = open_store(searched, clock=clock)
    yield store
    store.engine.dispose()


@pytest.fixture
def found(there: Store) -> Explanation:
    with there.reading() as connection:
        latest = max(incidents.listing(connection), key=lambda one: one.since)
    return explain(there, latest.id, Settings())


def test_what_was_slow_is_named_first_with_the_change_before_it(found: Explanation) -> None:
    root = found.roots[0]
    assert (root.level, root.name, root.after) == ("device", "a GPU-1", 0)
    assert abs(root.onset - SLOW[0]) <= MINUTE
    (change,) = found.changes
    assert change.before == pytest.approx(10 * MINUTE, abs=MINUTE)
    assert (change.change.before, change.change.after) == ("1", "2")
    assert sum(one.share for one in found.shares) == pytest.approx(1)


def test_its_points_are_those_that_were_slow_and_what_was_expected_is_what_was_usual(
    found: Explanation,
) -> None:
    explained = found.anomalies[0]
    assert explained.anomaly.found.detector == "autoregression"
    points = explained.points
    assert points is not None
    over = np.flatnonzero(points.over)
    assert SLOW[0] <= points.at[over[0]] <= points.at[over[-1]] <= SLOW[1] + points.step
    assert points.seen[over[0]] / points.expected[over[0]] == pytest.approx(0.7, abs=0.05)
    assert np.all(points.score[over] >= points.threshold)
    calm = points.at < SLOW[0]
    assert np.mean((points.low <= points.seen)[calm]) > 0.95
    assert explained.scale is not None
    assert MINUTE <= explained.scale.length <= SLOW[1] - SLOW[0]


def test_the_earlier_slow_sibling_is_like_it_and_people_said_what_it_was(
    found: Explanation,
) -> None:
    for one in found.anomalies:
        assert one.similar
        assert one.similar[0].feedback == "expected"
        assert 'hw.id="GPU-2"' in one.similar[0].series
        assert one.similar[0].distance == min(each.distance for each in one.similar)


def test_the_command_says_the_same_to_people_and_machines(
    reinfra: Run,  # noqa: F811
    searched: str,
    found: Explanation,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("REINFRA_DATABASE_URL", searched)
    said = reinfra("alerts", "explain", found.incident.name)
    assert said.code == 0, said.err
    assert "1. " in said.out
    assert "device a GPU-1" in said.out
    assert "driver.version of a: 1 became 2" in said.out
    assert "expected" in said.out
    made = json.loads(reinfra("alerts", "explain", found.incident.name, "--json").out)
    assert made["roots"][0]["name"] == "a GPU-1"
    assert made["anomalies"][0]["points"]["at"]
    given = reinfra("alerts", "feedback", found.incident.name, "not-useful")
    assert "not useful" in given.out
    assert reinfra("alerts", "feedback", found.incident.name, "great").code == 2
    assert "nothing said" in reinfra("alerts", "feedback", found.incident.name, "none").out


def test_an_incident_that_is_not_there_is_said_so(there: Store) -> None:
    with pytest.raises(InputError, match="no incident"):
        explain(there, 10_000, Settings())


def test_a_long_faint_deviation_stands_out_over_its_length_and_a_spike_at_once() -> None:
    rng = np.random.default_rng(0)
    at = np.arange(UNTIL - 2000 * MINUTE, UNTIL, MINUTE, dtype=np.int64)
    values = rng.normal(size=(2, at.size))
    values[0, -64:] += 1.0
    values[1, -64] += 12.0
    keys = (key("m", 0), key("m", 1))
    block = SeriesBlock(keys, at, values, np.ones(values.shape, np.bool_), MINUTE)
    scales = [
        strongest(block, np.full(at.size, np.nan), row, _anomaly(row, int(at[-64])))
        for row in range(2)
    ]
    lengths = [one.length // MINUTE for one in scales if one is not None]
    assert lengths[0] >= 32
    assert lengths[1] == 1


def test_the_channel_that_left_its_host_has_the_largest_share() -> None:
    rng = np.random.default_rng(0)
    at = np.arange(UNTIL - 3000 * MINUTE, UNTIL, MINUTE, dtype=np.int64)
    common = rng.normal(size=at.size)
    values = common * rng.uniform(0.8, 1.2, size=(12, 1))
    values += 0.1 * rng.normal(size=values.shape)
    values[2, -1] += 5
    keys = tuple(key(f"m{n}", 0) for n in range(12))
    block = SeriesBlock(keys, at, values, np.ones(values.shape, np.bool_), MINUTE)
    first = of_channels(block, 2, at.size - 1)[0]
    assert first.series.startswith("m2")
    assert first.share > 0.5


def _anomaly(row: int, since: int) -> Anomaly:
    return Anomaly(key("m", row), "peers", since, UNTIL - MINUTE, since, 1.0, 9.0, 3.0, "")
