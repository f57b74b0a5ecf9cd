import numpy as np
import pytest

from detectors.cusum import follow, height
from detectors.episodes import Episodes
from detectors.peers import Peers
from reinfra.model import HOUR, Anomaly, SeriesBlock
from tests.detectors.fleets import fleet_of, siblings

POINTS, HURT = 2000, slice(1500, 1800)


def found(block: SeriesBlock) -> list[Anomaly]:
    peers = Peers()
    scores = peers.score(block)
    return Episodes("peers", by=peers).find(block, scores, np.ones_like(block.values))


@pytest.mark.parametrize(("slower", "within"), [(0.03, 120), (0.05, 30), (0.1, 8)])
def test_a_straggler_is_found_under_a_load_that_hides_it_from_its_own_past(
    slower: float, within: int
) -> None:
    values = siblings(POINTS, hosts=3, noise=0.01)
    values[::8, HURT] *= 1 - slower
    flagged = Peers().score(fleet_of(values)).values[::8, HURT] > 1
    assert flagged[:, :within].any(axis=1).all()


def test_siblings_that_differ_as_they_always_did_are_left_alone() -> None:
    flagged = Peers().score(fleet_of(siblings(5000, hosts=4))).values > 1
    assert flagged.any(axis=1).sum() <= 4


def test_a_host_that_changes_as_a_whole_is_no_matter_of_peers() -> None:
    values = siblings(POINTS)
    values[:, 1500:] -= 0.3
    scores = Peers().score(fleet_of(values)).values[:, HURT]
    assert (scores > 1).mean() < 0.01


def test_three_siblings_are_too_few() -> None:
    scores = Peers().score(fleet_of(siblings(POINTS, members=3), members=3)).values
    assert np.isnan(scores).all()


def test_of_series_that_go_their_own_ways_nothing_is_said() -> None:
    """GPUs of one host that work for different people."""
    loads = siblings(POINTS, hosts=8, members=1)
    assert np.isnan(Peers().score(fleet_of(loads)).values).mean() > 0.9


def test_the_siblings_of_another_host_do_not_count() -> None:
    values = siblings(POINTS, hosts=2)
    values[8:, HURT] += 3
    one = Peers().score(fleet_of(values)).values[:8]
    assert np.array_equal(one, Peers().score(fleet_of(values[:8])).values, equal_nan=True)


def test_a_difference_that_stays_for_days_becomes_usual() -> None:
    values = siblings(5000)
    values[0, 2000:] += 0.2
    scores = Peers().score(fleet_of(values)).values[0]
    assert (scores[2000:2500] > 1).mean() > 0.9
    assert (scores[4500:] > 1).mean() < 0.01


def test_the_reason_says_what_the_job_lost() -> None:
    values = siblings(POINTS, noise=0.005)
    values[3, 1500:1560] *= 0.75
    clocks = fleet_of(2e9 * values, "hw.gpu.clock.sm")
    (anomaly,) = found(clocks)
    assert "a job that waits for all 8 lost 14 min 5" in anomaly.reason
    assert "energy of the others meanwhile unknown, its price unknown" in anomaly.reason
    power = fleet_of(np.full((8, POINTS), 500.0), "hw.power")
    both = SeriesBlock(
        clocks.keys + power.keys,
        clocks.at,
        np.vstack([clocks.values, power.values]),
        np.vstack([clocks.mask, power.mask]),
        clocks.step,
    )
    (anomaly,) = found(both)
    assert "energy of the others meanwhile 3.1" in anomaly.reason  # 7 x 500 W for 15 min


def test_what_is_no_speed_costs_no_time() -> None:
    values = siblings(POINTS, noise=0.005)
    values[3, HURT] *= 0.75
    assert all("lost" not in one.reason for one in found(fleet_of(values)))


def test_sums_pass_their_height_by_chance_about_as_often_as_said() -> None:
    z = np.random.default_rng(0).normal(size=(200, 20_000))
    most = height(2000, 0.5)
    sums = follow(z, np.zeros(200), np.zeros(200), 0.5, 2 * most)
    passes = sum(((one[:, 1:] > most) & (one[:, :-1] <= most)).sum() for one in sums)
    assert 0.5 < passes / (z.size / 2000) < 3  # what is over stays near the height for a while


def test_a_sum_stands_still_where_there_is_no_sample() -> None:
    z = np.array([[2.0, np.nan, 2.0, 0.0]])
    up, down = np.zeros(1), np.zeros(1)
    rises, falls = follow(z, up, down, 0.5, 9.0)
    assert rises.tolist() == [[0, 1.5, 1.5, 3.0]]
    assert falls.tolist() == [[0, 0, 0, 0]]
    assert (up.tolist(), down.tolist()) == ([2.5], [0])


def test_a_step_of_an_hour_works_too() -> None:
    values = siblings(POINTS)
    assert np.isfinite(Peers().score(fleet_of(values, step=HOUR)).values).any()
