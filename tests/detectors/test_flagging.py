import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.flagging import Flagging
from reinfra.config import DetectOverride
from reinfra.model import MINUTE
from reinfra.signals import Worse
from tests.detectors.blocks import START

AT = START + MINUTE * np.arange(12)


def places(flagged: str, terms: Flagging) -> list[list[int]]:
    """`x` is flagged, `.` scored, a blank is not scored."""
    marks = np.array(list(flagged.ljust(12)))
    runs = terms.runs(AT, marks == "x", marks != " ")
    return [run.tolist() for run in runs]


def test_the_registry_gives_the_direction_and_the_steps_of_coarse_sources() -> None:
    cpu = Flagging.of("system.cpu.utilization", 7)
    assert cpu == Flagging(Worse.UP, 0.01, 0.0, 0, 7)
    assert Flagging.of("hw.gpu.clock.sm", 0) == Flagging(Worse.DOWN, 0.0, 0.01)
    assert Flagging.of("hw.temperature", 0).minimum_absolute == 1
    assert Flagging.of("nobody.described.this", 0) == Flagging()


def test_overrides_say_the_rest_and_the_last_one_wins() -> None:
    overrides = (
        DetectOverride(signal="system.*", direction="both", minimum_absolute=0.3, sustain=300),
        DetectOverride(signal="*.utilization", minimum_absolute=0.2, recovery=60),
    )
    found = Flagging.of("system.cpu.utilization", 7, overrides)
    assert found == Flagging(Worse.BOTH, 0.2, 0.0, 5 * MINUTE, MINUTE)
    assert Flagging.of("hw.power", 7, overrides).recovery == 7


@pytest.mark.parametrize(
    ("terms", "counts"),
    [
        (Flagging(), [True, True, True]),
        (Flagging(Worse.UP), [False, False, True]),
        (Flagging(Worse.DOWN), [True, False, False]),
        (Flagging(minimum_absolute=1.5), [True, False, True]),
        (Flagging(minimum_relative=0.25), [True, False, False]),
    ],
)
def test_what_counts_lies_the_bad_way_and_far_enough(terms: Flagging, counts: list[bool]) -> None:
    x, expected = np.array([5.0, 10.0, 12.0]), np.array([10.0, 10.0, 10.0])
    assert terms.counts(x, expected).tolist() == counts


def test_where_nothing_was_expected_everything_counts() -> None:
    terms = Flagging(Worse.UP, 5, 0.5)
    assert terms.counts(np.array([1.0]), np.array([np.nan])).tolist() == [True]


def test_an_anomaly_ends_after_the_recovery() -> None:
    assert places("x..x....x", Flagging(recovery=3 * MINUTE)) == [[0, 3], [8]]


def test_a_streak_must_last() -> None:
    terms = Flagging(sustain=2 * MINUTE, recovery=MINUTE)
    assert places("xx.xxx..x.xx", terms) == [[3, 4, 5]]
    assert places("x.x.x.x.x", terms) == []


def test_a_sample_that_is_not_scored_does_not_end_a_streak() -> None:
    terms = Flagging(sustain=2 * MINUTE, recovery=5 * MINUTE)
    assert places("x x", terms) == [[0, 2]]


def test_nothing_flagged_is_no_anomaly() -> None:
    assert places("...", Flagging()) == []


@pytest.mark.parametrize(
    ("flagged", "found"),
    [
        ("x.x.x", [[0, 2, 4]]),  # three of five
        ("x..x..x", []),  # never three of five
        ("xx......xxx", [[8, 9, 10]]),
        ("x x x", [[0, 2, 4]]),  # a cell that is not scored is one of the five
        ("xx", []),
        ("xxx", [[0, 1, 2]]),
    ],
)
def test_so_many_of_some_cells_running_must_be_strange(
    flagged: str, found: list[list[int]]
) -> None:
    assert places(flagged, Flagging(recovery=3 * MINUTE, open_points=3, open_window=5)) == found


@given(st.lists(st.booleans(), min_size=1, max_size=60), st.integers(1, 5), st.integers(0, 60))
@settings(max_examples=50, deadline=None)
def test_the_cells_remembered_decide_as_if_all_were_there(
    flags: list[bool], least: int, cut: int
) -> None:
    terms = Flagging(open_points=least, open_window=5)
    mine, scored = np.array(flags), np.ones(len(flags), np.bool_)
    at = MINUTE * np.arange(mine.size)
    whole = {int(one) for run in terms.runs(at, mine, scored) for one in run}
    first = max(0, cut - terms.memory)
    after = [run + first for run in terms.runs(at[first:], mine[first:], scored[first:])]
    assert {one for one in whole if one >= cut} == {
        int(one) for run in after for one in run if one >= cut
    }
