import numpy as np
import pytest

from judge.statistics.cusum import Cusum
from reinfra.errors import InputError
from tests.judge.recorded_sets import generator

CUSUM = Cusum.designed(0.92)


def test_false_alarms_are_8000_items_apart_and_a_fall_of_20_points_is_found_in_45() -> None:
    assert CUSUM.items_to_alarm(0.92) >= 8_000
    assert CUSUM.items_to_alarm(0.72) <= 45


def test_the_computed_times_are_those_of_simulated_items() -> None:
    random = generator()
    delays = [
        CUSUM.watch((random.random(500) < 0.72).astype(float)).alarms[0] + 1 for _ in range(200)
    ]
    assert np.mean(delays) == pytest.approx(CUSUM.items_to_alarm(0.72), rel=0.1)


@pytest.mark.parametrize("baseline", [0.2, 0.5, 0.8, 0.99])
def test_any_baseline_keeps_the_promise(baseline: float) -> None:
    found = Cusum.designed(baseline)
    assert 8_000 <= found.items_to_alarm(baseline) < 10_000
    assert found.items_to_alarm(baseline - 0.15) < 200


def test_unknown_grades_move_nothing_and_a_stretch_goes_on_where_the_last_one_stopped() -> None:
    scores = (generator().random(300) < 0.5).astype(float)
    whole = CUSUM.watch(scores)
    first = CUSUM.watch(scores[:100])
    rest = CUSUM.watch(scores[100:], 0.0 if 99 in first.alarms else float(first.level[-1]))
    assert (*first.alarms, *(100 + place for place in rest.alarms)) == whole.alarms
    gaps = CUSUM.watch(np.insert(scores[:20], 10, np.nan))
    assert gaps.level[10] == gaps.level[9]


def test_there_must_be_something_to_fall_from() -> None:
    with pytest.raises(InputError, match="falls from"):
        Cusum.designed(0.05)
