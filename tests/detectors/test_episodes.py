import numpy as np
import pytest

from detectors.base import Scores
from detectors.episodes import Episodes, band
from reinfra.model import MINUTE, Anomaly, SeriesBlock
from tests.detectors.blocks import START, block_of

POINTS = 100


def find(
    values: list[float], expected: float, scale: float, metric: str, threshold: float = 5.0
) -> list[Anomaly]:
    """`values` begin at point 41, which is 03:25 UTC; everything around them is as expected."""
    seen = np.full((1, POINTS), expected)
    seen[0, 41 : 41 + len(values)] = values
    block = block_of(seen, 5 * MINUTE, metric)
    return Episodes("test").find(block, scores_of(block, expected, scale), limit(threshold))


def scores_of(block: SeriesBlock, expected: float, scale: float) -> Scores:
    shape = block.values.shape
    strange = np.abs(block.values - expected) / scale
    return Scores(strange, np.full(shape, expected), np.full(shape, scale))


def limit(threshold: float) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    return np.full((1, POINTS), threshold)


def test_the_reason_says_what_was_seen_what_was_expected_and_since_when() -> None:
    (anomaly,) = find([0.8, 0.98, 0.9], 0.41, 0.0625, "system.cpu.utilization", 4)
    assert anomaly.reason == (
        "CPU busy 98 % against 41 % expected (16 % to 66 %): 9.12 times its usual error, "
        "3 points since 03:25 UTC"
    )
    assert anomaly.since == START + 41 * 5 * MINUTE
    assert anomaly.peak_at == START + 42 * 5 * MINUTE
    assert anomaly.until == START + 43 * 5 * MINUTE
    assert (anomaly.value, anomaly.threshold) == (0.98, 4)
    assert anomaly.score == pytest.approx(9.12)
    assert (anomaly.expected_low, anomaly.expected_high) == pytest.approx((0.16, 0.66))


def test_a_sample_within_the_expected_band_is_not_flagged() -> None:
    assert find([0.65], 0.41, 0.0625, "system.cpu.utilization", 4) == []


def test_exceedances_within_the_quiet_time_are_one_anomaly() -> None:
    calm = [10.0] * 6
    (one,) = find([99, *calm[:5], 99], 10, 1, "test.metric")
    assert one.until - one.since == 30 * MINUTE
    assert len(find([99, *calm, 99], 10, 1, "test.metric")) == 2


@pytest.mark.parametrize(
    ("metric", "found"),
    [
        ("system.cpu.utilization", [0.9]),  # worse is up
        ("hw.gpu.clock.sm", [0.1]),  # worse is down
        ("aws.ec2.disk.write", [0.9, 0.1]),  # both
        ("hw.power", [0.9, 0.1]),  # neither
        ("nobody.described.this", [0.9, 0.1]),
    ],
)
def test_only_the_bad_way_counts(metric: str, found: list[float]) -> None:
    values = [0.9, *[0.5] * 10, 0.1]
    assert [anomaly.value for anomaly in find(values, 0.5, 0.01, metric)] == found


def test_a_series_that_was_never_negative_is_not_expected_to_be() -> None:
    (low,) = find([9], 1, 1, "test.metric")
    assert (low.expected_low, low.expected_high) == (0, 6)
    assert find([-9, 9], 1, 1, "test.metric")[0].expected_low == -4


def test_nothing_is_flagged_without_a_score_or_a_threshold() -> None:
    block = block_of(np.full((1, POINTS), 50.0))
    scores = scores_of(block, 1, 1)
    assert Episodes("test").find(block, scores, limit(float("nan"))) == []
    unscored = Scores.unscored((1, POINTS))
    assert Episodes("test").find(block, unscored, limit(1)) == []


def test_a_detector_that_expects_no_value_gives_no_band() -> None:
    block = block_of(np.full((1, POINTS), 50.0), metric="hw.gpu.memory.usage")
    nothing = np.full((1, POINTS), np.nan)
    (anomaly,) = Episodes("pyod:KNN").find(
        block, Scores(np.full((1, POINTS), 7.0), nothing, nothing), limit(5)
    )
    assert np.isnan([anomaly.expected_low, anomaly.expected_high]).all()
    said = "GPU memory in use 50: strangeness 7, 100 points since 00:00 UTC"
    assert anomaly.reason == f"{said}; PyOD scores windows and expects no value"


def test_the_band_reaches_below_zero_only_once_a_value_did() -> None:
    block = block_of(np.array([[1.0, -1.0, 1.0]]))
    low, high = band(block, scores_of(block, 1.0, 1.0), 5.0)
    assert (low.tolist(), high.tolist()) == ([[0.0, -4.0, -4.0]], [[6.0, 6.0, 6.0]])
