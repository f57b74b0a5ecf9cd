from math import isnan

import pytest

from judge.statistics import Estimate


def test_an_estimate_without_an_interval_says_why() -> None:
    unknown = Estimate.without_interval("nobody asked")
    assert isnan(unknown.value)
    assert isnan(unknown.width)
    assert unknown.reason == "nobody asked"


@pytest.mark.parametrize(("low", "reason"), [(0.1, "a reason too many"), (float("nan"), "")])
def test_an_interval_and_a_reason_exclude_each_other(low: float, reason: str) -> None:
    with pytest.raises(ValueError, match="either an interval or a reason"):
        Estimate(0.5, low, 0.9, 3, "none", reason)


def test_clipping_cuts_the_interval_and_leaves_the_value() -> None:
    clipped = Estimate(0.99, 0.95, 1.03, 50, "t").clipped(0, 1)
    assert (clipped.value, clipped.low, clipped.high) == (0.99, 0.95, 1)
