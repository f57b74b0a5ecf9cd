import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reinfra.batch.request import Request
from reinfra.batch.windows import CATCH_UP, planned
from reinfra.config import Settings
from reinfra.errors import InputError
from reinfra.model import DAY, HOUR, MINUTE, SECOND, SeriesKey
from reinfra.store import Stored

NOW = 1_750_000_000_000
DETECT = Settings().detect.model_copy(update={"window": 60.0, "lag": 10.0})
SERIES = [Stored(1, SeriesKey.of("test.load", {}), "test", NOW - DAY, NOW)]


@given(
    st.integers(0, 3 * DAY),
    st.integers(0, 3 * HOUR),
    st.none() | st.integers(1, 500),
    st.sampled_from([1.0, 60.0, 300.0, 3600.0]),
)
@settings(max_examples=60, deadline=None)
def test_passes_cover_every_complete_window_once_and_nothing_after(
    behind: int, jitter: int, most: int | None, width: float
) -> None:
    now = NOW + jitter
    done = now - behind
    detect = DETECT.model_copy(update={"window": width})
    plan = planned(detect, Request(max_windows=most), SERIES, done, now)
    assert plan.until <= max(done, now - 10 * SECOND)
    assert plan.since == done
    edges = [plan.since, *(until for _, until in plan.passes)]
    assert [since for since, _ in plan.passes] == edges[:-1]
    assert edges[-1] == plan.until
    assert all(edge % round(width * SECOND) == 0 for edge in edges[1:])
    assert all(until - since <= max(CATCH_UP, width * SECOND) for since, until in plan.passes)
    if most is not None:
        assert sum(plan.windows(*each) for each in plan.passes) <= most + len(plan.passes) - 1
        assert plan.windows(plan.since, plan.until) <= most


def test_three_hours_of_downtime_are_a_hundred_and_eighty_windows() -> None:
    plan = planned(DETECT, Request(), SERIES, NOW // MINUTE * MINUTE - 3 * HOUR, NOW)
    assert plan.windows(plan.since, plan.until) == 180


def test_a_chosen_window_ends_where_it_was_told_to_but_not_in_the_future() -> None:
    request = Request(since=NOW - HOUR, until=NOW - 1)
    plan = planned(DETECT, request, SERIES, None, NOW)
    assert (plan.since, plan.until) == (NOW - HOUR, NOW - 1)
    assert planned(DETECT, Request(until=NOW + DAY), SERIES, None, NOW).until == NOW + 1
    with pytest.raises(InputError, match="empty"):
        planned(DETECT, Request(since=NOW, until=NOW - 1), SERIES, None, NOW)
