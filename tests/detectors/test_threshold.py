import numpy as np
import pytest

from detectors.base import Scores
from detectors.tail import Tails
from detectors.threshold import FalseAlarmRate
from reinfra.model import DAY, MINUTE, SeriesBlock
from tests.detectors.blocks import block_of, until


def scored(values: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> Scores:
    return Scores(values, np.zeros_like(values), np.ones_like(values))


def noise(series: int, days: int, seed: int = 0) -> SeriesBlock:
    """Scores of a detector on normal noise, sampled every minute."""
    return block_of(np.abs(np.random.default_rng(seed).normal(size=(series, days * 1440))), MINUTE)


def alarms_per_week(block: SeriesBlock, rate: FalseAlarmRate) -> float:
    above = block.values > rate.thresholds(block, scored(block.values))
    return float(above.sum() / above.size * 7 * DAY / block.step)


def test_a_higher_rate_gives_lower_thresholds() -> None:
    block = noise(6, 6)
    few, many = (
        FalseAlarmRate(per_week=rate).thresholds(block, scored(block.values)) for rate in (0.1, 3)
    )
    assert (few >= many)[np.isfinite(few)].all()
    assert np.nanmean(few) > np.nanmean(many)


def test_the_threshold_of_a_day_comes_from_earlier_days() -> None:
    block = noise(6, 5)
    block.values[:, 4 * 1440 + 10 :] *= 100
    whole = FalseAlarmRate().thresholds(block, scored(block.values))
    for cut in (3 * 1440, 4 * 1440 + 700):
        known = until(block, cut)
        part = FalseAlarmRate().thresholds(known, scored(known.values))
        assert np.array_equal(whole[:, :cut], part, equal_nan=True)


def test_nothing_is_flagged_before_there_is_a_day_of_scores() -> None:
    block = noise(2, 3)
    thresholds = FalseAlarmRate().thresholds(block, scored(block.values))
    assert np.isnan(thresholds[:, :1440]).all()
    assert np.isfinite(thresholds[:, 1440:]).all()


def test_a_past_incident_does_not_raise_the_threshold() -> None:
    calm, hurt = noise(6, 8), noise(6, 8)
    hurt.values[0, 5000:5030] = 80
    thresholds = [FalseAlarmRate().thresholds(b, scored(b.values))[0, -1] for b in (calm, hurt)]
    assert thresholds[1] == pytest.approx(thresholds[0], rel=0.1)


def test_a_restless_series_is_held_back_by_its_fleet() -> None:
    block = noise(8, 6)
    block.values[0] *= 3
    thresholds = FalseAlarmRate().thresholds(block, scored(block.values))[:, -1]
    assert 1.2 < thresholds[0] / thresholds[1] < 2.5


def test_other_metrics_are_no_part_of_the_fleet() -> None:
    few, many = noise(6, 4), block_of(noise(6, 4, 1).values * 9, MINUTE, "another.metric")
    both = SeriesBlock(
        few.keys + many.keys,
        few.at,
        np.vstack([few.values, many.values]),
        np.vstack([few.mask, many.mask]),
        few.step,
    )
    alone = FalseAlarmRate().thresholds(few, scored(few.values))
    together = FalseAlarmRate().thresholds(both, scored(both.values))[:6]
    assert np.array_equal(alone, together, equal_nan=True)


def test_a_line_that_never_moves_gets_the_lowest_threshold_and_no_alarm() -> None:
    block = block_of(np.zeros((6, 3 * 1440)), MINUTE)
    assert alarms_per_week(block, FalseAlarmRate()) == 0
    assert np.nanmax(FalseAlarmRate(least=3.5).thresholds(block, scored(block.values))) == 3.5


def test_an_empty_block_has_no_thresholds() -> None:
    block = block_of(np.empty((2, 0)), MINUTE)
    assert FalseAlarmRate().thresholds(block, scored(block.values)).shape == (2, 0)


def test_the_tail_of_exponential_peaks_has_shape_zero_and_the_level_they_have() -> None:
    peaks = np.random.default_rng(0).exponential(size=(2, 200_000))
    tails = Tails.of(peaks)
    assert tails.shape == pytest.approx(0.0, abs=0.08)
    assert tails.level(1e-5, 0.0) == pytest.approx(-np.log(1e-5), rel=0.05)


def test_few_peaks_give_a_level_above_everything_seen() -> None:
    peaks = np.full((2, 100), np.nan)
    peaks[0, :30] = np.arange(30.0)
    tails = Tails.of(peaks)
    assert np.isnan(tails.shape).all()
    assert tails.level(1e-5, 0.0)[0] == pytest.approx(1.2 * 29)
    assert np.isnan(tails.level(1e-5, 0.0)[1])


def test_a_peak_set_apart_by_a_gap_is_no_part_of_the_tail() -> None:
    peaks = np.random.default_rng(0).exponential(size=(1, 500))
    hurt = np.concatenate((peaks, [[90.0, 200.0]]), axis=1)
    assert Tails.of(hurt).usual[0] == peaks.max()
    assert Tails.of(hurt).level(1e-5, 0.0) == pytest.approx(
        Tails.of(peaks).level(1e-5, 0.0), rel=0.1
    )


@pytest.mark.parametrize("per_week", [0.3, 1, 3])
def test_what_was_promised_comes_about_on_noise(per_week: float) -> None:
    """Of 40 series; on stationary noise it is rather less, because more happens in the real past than is false."""
    block = noise(40, 22)
    rate = FalseAlarmRate(per_week=per_week)
    above = block.values > rate.thresholds(block, scored(block.values))
    measured = above[:, 8 * 1440 :].sum() / (40 * 2)
    assert 0.3 * per_week < measured < 2 * per_week


def test_what_is_excluded_is_not_learned_from() -> None:
    block = noise(6, 8)
    out = np.zeros(block.values.shape, np.bool_)
    out[:, 5 * 1440 : 6 * 1440] = True
    hurt = block.values.copy()
    hurt[out] *= 2
    rate = FalseAlarmRate()
    calm, wild, told = (
        rate.thresholds(block, scored(values), flags)[:, -1]
        for values, flags in ((block.values, out), (hurt, None), (hurt, out))
    )
    assert np.array_equal(calm, told)
    assert (wild > 1.2 * told).all()


def test_hindsight_sees_what_stands_out_of_the_whole() -> None:
    block = noise(2, 6)
    block.values[0, 5000] = 30
    levels = FalseAlarmRate().in_hindsight(block, scored(block.values))
    assert (block.values > levels[:, None]).sum(axis=1).tolist() == [1, 0]
    none = block_of(np.zeros((1, 100)), MINUTE)
    assert np.isnan(FalseAlarmRate().in_hindsight(none, scored(none.values))).all()
    empty = block_of(np.empty((2, 0)), MINUTE)
    assert np.isnan(FalseAlarmRate().in_hindsight(empty, scored(empty.values))).all()


def test_scores_without_a_unit_have_no_lowest_threshold() -> None:
    """As those of PyOD's isolation forest, which never reach 1."""
    block = noise(6, 12)
    tiny, nothing = block.values / 100, np.full_like(block.values, np.nan)
    thresholds = FalseAlarmRate().thresholds(block, Scores(tiny, nothing, nothing))
    assert 0 < np.nanmax(thresholds) < 1
