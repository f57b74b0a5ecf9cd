"""Faults change what they say and nothing else; what is planted is found, and told by whom and how late."""

from collections.abc import Iterable

import numpy as np
import pytest

from reinfra.backtest import faults
from reinfra.backtest.faults import FAULTS, Fault, Samples, Stretch
from reinfra.backtest.inject.inject import Wanted, chosen, inject
from reinfra.backtest.inject.overlay import Other, Overlay
from reinfra.backtest.inject.tally import figures, lines
from reinfra.backtest.inject.targets import place_of
from reinfra.backtest.replay import Place
from reinfra.config import Settings
from reinfra.errors import InputError
from reinfra.model import DAY, HOUR, MINUTE, Batch, Kind, SeriesKey
from reinfra.store import Rule, Selector, Source, Store
from tests.backtest.conftest import JUDGED, UNTIL, key

SPAN = UNTIL - 2 * HOUR, UNTIL - HOUR
KINDS = (Kind.GAUGE, Kind.COUNTER, Kind.PERIOD_COUNT, Kind.LATCHED)


def stretch(kind: Kind, size: float = 1.0) -> Stretch:
    at = np.arange(UNTIL - DAY, UNTIL, MINUTE, dtype=np.int64)
    rng = np.random.default_rng(0)
    value = np.round(50 + 3 * rng.normal(size=at.size))
    if kind is Kind.COUNTER:
        value = np.cumsum(value)
    return Stretch(key("m", 0, kind), at, value, *SPAN, size, np.random.default_rng(0))


def changed(fault: Fault, size: float = 1.0) -> Iterable[tuple[Stretch, Samples]]:
    """Every move of a fault on every kind of series that it may be made on."""
    for move in fault.moves:
        for kind in move.kinds or KINDS:
            one = stretch(kind, size)
            yield one, move.change(one)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_leaves_the_time_before_as_it_was_and_changes_its_own(fault: Fault) -> None:
    for one, (at, value) in changed(fault):
        before = one.at < one.since
        assert np.array_equal(at[at < one.since], one.at[before])
        assert np.array_equal(value[at < one.since], one.value[before])
        inside = (at >= one.since) & (at < one.until)
        assert not np.array_equal(value[inside], one.value[one.during])
        assert np.all(np.diff(at) > 0)
        if one.key.kind is not Kind.COUNTER and fault.name != "clock-skew":
            assert np.array_equal(value[at >= one.until], one.value[one.at >= one.until])


def test_half_the_size_moves_half_as_far() -> None:
    (straggler,) = chosen("straggler")
    whole, half = (next(iter(changed(straggler, size)))[1][1] for size in (1.0, 0.5))
    own = stretch(Kind.GAUGE).value
    assert np.allclose(own - whole, 2 * (own - half))


def test_an_overlay_reads_as_a_store_that_was_written_so(store: Store) -> None:
    kinds = (Kind.GAUGE, Kind.COUNTER, Kind.PERIOD_COUNT)
    made = {kind: stretch(kind) for kind in kinds}
    for kind in kinds:
        store.write(
            Batch.of_series(key(kind, 0, kind), made[kind].at, made[kind].value), Source("x")
        )
        other = made[kind].at, np.where(made[kind].during, made[kind].value + 7, made[kind].value)
        store.write(Batch.of_series(key(kind, 1, kind), *other), Source("x"))
    series = store.series(Selector())
    plain = [one for one in series if one.key.label("hw.id") == "GPU-0"]
    written = [one for one in series if one.key.label("hw.id") == "GPU-1"]
    others = {}
    for one in plain:
        own = made[one.key.kind]
        others[one.id] = Other(SPAN[0], (own.at, np.where(own.during, own.value + 7, own.value)))
    laid = Overlay(store, others)
    for since in (UNTIL - DAY, SPAN[0] + 90_000, SPAN[1] - 1):
        read = laid.read(plain, since, UNTIL, 5 * MINUTE, Rule.MEAN)
        expected = store.read(written, since, UNTIL, 5 * MINUTE, Rule.MEAN)
        assert np.array_equal(read.values, expected.values, equal_nan=True)
        assert np.array_equal(read.mask, expected.mask)
        raw, real = (
            each.samples(these, since, UNTIL) for each, these in ((laid, plain), (store, written))
        )
        assert all(np.array_equal(a, b) for a, b in zip(raw.value, real.value, strict=True))
    assert store.samples(plain, *SPAN).value[0].max() < 70  # what it is laid over is as it was


def test_planted_faults_are_found_and_told_by_whom_and_how_late(place: Place) -> None:
    wanted = Wanted(chosen("straggler,xid-burst,gap,leak"), trials=1, seed=2)
    made = inject(place, Settings(), JUDGED, wanted)
    found = figures(made, wanted)
    of = {one.fault: one for one in found.faults}
    assert (found.found.hits, found.found.trials) == (3, 3)
    assert {each.detector for each in of["gap"].detectors} == {"staleness"}
    assert of["gap"].delay == 2 * MINUTE  # the third sample that does not come
    assert {each.detector for each in of["xid-burst"].detectors} == {"error-class"}
    assert "autoregression" in {each.detector for each in of["straggler"].detectors}
    assert of["leak"].absent == "no series of what it moves"
    assert found.false_alarms.count == len(made.before.found)
    assert [row[0] for row in lines(found)] == ["straggler", "xid-burst", "gap", "leak"]
    for one in made.outcomes:
        assert JUDGED.since <= one.since < one.until <= JUDGED.until


@pytest.mark.parametrize(
    ("labels", "places"),
    [
        ({"host.name": "a", "hw.id": "GPU-1"}, ("a GPU-1", "a", "a")),
        ({"host.name": "a"}, ("", "a", "a")),
        ({"host.id": "i-1"}, ("i-1", "i-1", "i-1")),
        ({"host.name": "a", "aws.resource.id": "i-1"}, ("a i-1", "a", "a")),
        ({"host.name": "a", "service.name": "llm"}, ("", "a", "llm")),
        ({"set": "s", "gen_ai.token.type": "output"}, ("", "", "set=s")),
    ],
    ids=["device", "host", "instance", "resource", "service", "set"],
)
def test_a_series_is_of_a_device_a_host_and_a_service(
    labels: dict[str, str], places: tuple[str, ...]
) -> None:
    one = SeriesKey.of("hw.power", labels)
    assert tuple(place_of(place, one) for place in faults.Place) == places


def test_a_fault_that_nobody_knows_is_refused() -> None:
    with pytest.raises(InputError, match="Known: straggler"):
        chosen("straggler,gremlins")
