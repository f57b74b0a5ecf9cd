"""Gaps between fleets of live series, from a store."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from reinfra.gaps.fleet_quantile import Distribution, quantile_gap
from reinfra.gaps.fleet_rules import Standing, Target
from reinfra.gaps.live import Asked, LiveGap, compare_live, judge
from reinfra.gaps.live_fleet import fleet_of
from reinfra.gaps.live_measures import live_measure, live_measures
from reinfra.gaps.live_totals import Span, totals
from reinfra.gaps.policy import default_policy
from reinfra.gaps.prices import Price
from reinfra.gaps.selftest import self_test
from reinfra.model import HOUR, Batch, Kind, SeriesKey
from reinfra.signals import find
from reinfra.store import Selector, Source, Store, open_store
from tests.gaps.fleets import Cell, fleets, wave

BEGIN = 1_700_006_400_000 // HOUR * HOUR
HOURS, NODES = 72, 8
SPAN = Span(BEGIN, BEGIN + HOURS * HOUR)
TYPES = {
    f"{kind}-{k}": name
    for kind, name in (("trn", "trn2.48xlarge"), ("p5", "p5.48xlarge"))
    for k in range(NODES)
}
PRICES = {"trn2.48xlarge": Price(20.0, "made"), "p5.48xlarge": Price(40.0, "made")}
BOUNDS = (0.1, 0.2, 0.4, 0.8, 1.6, np.inf)


def batches(rng: np.random.Generator) -> Iterator[Batch]:
    """The Trainium nodes are 20 % busier, give the same tokens at half the price, and fail twice as often."""
    at = BEGIN + HOUR * np.arange(HOURS) + 30 * 60_000
    for node in TYPES:
        ours = node.startswith("trn")
        busy = (0.6 if ours else 0.5) * np.exp(0.05 * wave((HOURS,), 0.5, rng))
        name = "aws.neuron.core.utilization" if ours else "hw.gpu.utilization"
        yield _series(name, node, at, busy)
        yield _series(
            "gen_ai.server.token.rate",
            node,
            at,
            rng.normal(100, 5, HOURS),
            **{"gen_ai.token.type": "output"},
        )
        asked, failed = rng.poisson(1000, HOURS), rng.poisson(20 if ours else 10, HOURS)
        yield _series("gen_ai.client.operation.count", node, at, asked)
        yield _series("gen_ai.client.operation.errors", node, at, failed)
        took = rng.lognormal(-1.0, 0.5, (HOURS, 400)) * (1.5 if ours else 1.0)
        for bound in BOUNDS:
            key = SeriesKey.of(
                "gen_ai.server.time_to_first_token",
                {"host.name": node, "le": f"{bound:g}".replace("inf", "+Inf")},
                Kind.PERIOD_COUNT,
                "1",
            )
            yield Batch.of_series(key, at, (took <= bound).sum(axis=1).astype(float))


def _series(name: str, node: str, at: np.ndarray, value: np.ndarray, **labels: str) -> Batch:
    signal = find(name)
    assert signal is not None
    return Batch.of_series(signal.key({"host.name": node, **labels}), at, value)


@pytest.fixture(scope="module")
def stocked(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    path = shutil.copy(migrated_sqlite, tmp_path_factory.mktemp("gaps") / "reinfra.db")
    store = open_store(f"sqlite:///{path}", clock=lambda: SPAN.until)
    store.write(Batch.concat(batches(np.random.default_rng(3))), Source("made"))
    yield store
    store.engine.dispose()


def asked(candidate: str = "purpose-built", baseline: str = "p5.48xlarge") -> Asked:
    ours, theirs = (fleet_of(text, TYPES, default_policy()) for text in (candidate, baseline))
    return Asked(ours, theirs, SPAN, PRICES)


def gap(store: Store, measure: str, how: Asked | None = None) -> LiveGap:
    return compare_live(store, live_measure(measure), how or asked())


@pytest.mark.parametrize(
    ("measure", "truth"),
    [("busy", 0.2), ("tokens_per_dollar", 1.0), ("error_rate", 0.01)],
)
def test_a_gap_that_was_put_in_lies_in_its_interval(
    stocked: Store, measure: str, truth: float
) -> None:
    found = gap(stocked, measure)
    figure = found.gap.figure
    assert figure.low is not None
    assert figure.high is not None
    assert figure.low < truth < figure.high
    assert figure.sign == 1
    assert (found.candidate.nodes, found.hours, found.gap.standing) == (NODES, HOURS, Standing.FULL)


def test_a_quantile_of_wide_buckets_carries_their_width(stocked: Store) -> None:
    figure = gap(stocked, "ttft_p50").gap.figure
    assert figure.low is not None
    assert figure.high is not None
    assert figure.low < 0.5 < figure.high
    assert figure.high - figure.low > 1.0  # from 0.4..0.8 against 0.2..0.4 nothing narrower follows


def test_what_a_fleet_does_not_give_is_unknown_with_a_reason(stocked: Store) -> None:
    found = gap(stocked, "joules_per_token")
    assert (found.gap.figure.value, str(found.provenance)) == (None, "unknown")
    assert "has no series of hw.energy or hw.power" in found.gap.figure.reason
    unpriced = compare_live(
        stocked,
        live_measure("tokens_per_dollar"),
        Asked(asked().candidate, asked().baseline, SPAN, {}),
    )
    assert "no price is known for trn2.48xlarge" in unpriced.gap.figure.reason


def test_a_node_cannot_be_in_both_fleets(stocked: Store) -> None:
    found = gap(stocked, "busy", asked('{host.name=~"trn.*"}', '{host.name="trn-1"}'))
    assert "nodes are in both fleets" in found.gap.figure.reason


def test_halves_of_one_fleet_exclude_zero_as_seldom_as_they_should(stocked: Store) -> None:
    ours, _ = fleets(Cell((32, 4), 7, 0.6, node_sd=0.3), np.random.default_rng(2))
    measure = live_measure("busy")
    kind = judge(measure, totals(stocked, asked().candidate, measure, SPAN, PRICES))
    found = self_test(ours, kind, np.random.default_rng(1), 200)
    assert found.holds
    assert found.rate is not None
    assert found.rate < 0.1
    few = self_test(ours[:6], kind, np.random.default_rng(1))
    assert few.rate is None
    assert "6 nodes" in few.reason


def test_every_measure_is_made_of_signals_that_are_registered() -> None:
    for one in live_measures().values():
        for text in (*one.signals, *one.per):
            assert text == "$" or find(Selector.parse(text).metric or "") is not None, text


@pytest.mark.parametrize("share", [0.5, 0.95])
def test_the_interval_of_a_quantile_covers_what_it_says(share: float) -> None:
    rng = np.random.default_rng(5)
    held = total = 0
    for _ in range(80):
        sides = []
        for _side in range(2):
            level = 0.2 * rng.standard_normal((12, 1)) + 0.3 * wave((12, 72), 0.7, rng)
            sides.append(np.exp(level[..., None] + rng.standard_normal((12, 72, 20))))
        ours, theirs = (Distribution.of_samples(one, 512) for one in sides)
        found = quantile_gap(ours, theirs, share, target=Target.KIND)
        if found.figure.low is not None and found.figure.high is not None:
            total += 1
            held += found.figure.low <= 0 <= found.figure.high
    assert total > 70
    assert 0.90 <= held / total <= 0.99
