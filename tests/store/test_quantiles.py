"""Quantiles of histograms."""

import math

import numpy as np
import pytest

from reinfra.model import MINUTE, Batch, InputError, Kind, SeriesKey
from reinfra.store import Selector, Source, Store
from reinfra.store.quantiles import quantiles
from tests.store.conftest import NOW


def bucket(bound: str) -> SeriesKey:
    return SeriesKey.of("ttft", {"le": bound, "model": "m"}, Kind.HISTOGRAM, "s")


def observed(store: Store, counts: dict[str, int]) -> None:
    for at, factor in ((NOW, 0), (NOW + MINUTE, 1)):
        rows = [(bucket(bound), float(factor * count)) for bound, count in counts.items()]
        store.write(Batch.at_instant(at, rows), Source("live"))


def test_a_quantile_lies_between_the_bounds_of_its_bucket(scratch: Store) -> None:
    observed(scratch, {"0.1": 50, "0.5": 90, "1": 100, "+Inf": 100})
    selected = scratch.series(Selector("ttft"))
    span = (NOW + MINUTE, NOW + 2 * MINUTE)
    for share, low, high, guess in (
        (0.25, 0, 0.1, 0.05),
        (0.7, 0.1, 0.5, 0.3),
        (0.95, 0.5, 1, 0.75),
    ):
        found = quantiles(scratch, selected, span, MINUTE, share)
        assert (found.low[0, 0], found.high[0, 0]) == (low, high)
        assert found.estimate[0, 0] == pytest.approx(guess)
        assert found.count[0, 0] == 100
    assert [key.labels for key in found.keys] == [(("model", "m"),)]


def test_buckets_of_deltas_are_added_up(scratch: Store) -> None:
    for at in (NOW, NOW + 1, NOW + 2):
        rows = [
            (SeriesKey.of("ttft", {"le": bound}, Kind.PERIOD_COUNT), count)
            for bound, count in {"0.1": 1.0, "0.5": 3.0, "+Inf": 4.0}.items()
        ]
        scratch.write(Batch.at_instant(at, rows), Source("live"))
    found = quantiles(scratch, scratch.series(Selector()), (NOW, NOW + MINUTE), MINUTE, 0.5)
    assert (found.low[0, 0], found.high[0, 0], found.count[0, 0]) == (0.1, 0.5, 12)


def test_beyond_the_last_bound_there_is_only_a_lower_one(scratch: Store) -> None:
    observed(scratch, {"1": 5, "+Inf": 10})
    found = quantiles(
        scratch, scratch.series(Selector()), (NOW + MINUTE, NOW + 2 * MINUTE), MINUTE, 0.9
    )
    assert (found.estimate[0, 0], found.low[0, 0], found.high[0, 0]) == (1, 1, math.inf)


def test_nothing_observed_has_no_quantile(scratch: Store) -> None:
    observed(scratch, {"1": 0, "+Inf": 0})
    found = quantiles(
        scratch, scratch.series(Selector()), (NOW + MINUTE, NOW + 2 * MINUTE), MINUTE, 0.5
    )
    assert np.isnan(found.estimate).all()


def test_a_histogram_without_its_last_bucket_is_refused(scratch: Store) -> None:
    observed(scratch, {"1": 1, "2": 1})
    with pytest.raises(InputError, match="Inf"):
        quantiles(scratch, scratch.series(Selector()), (NOW, NOW + MINUTE), MINUTE, 0.5)
