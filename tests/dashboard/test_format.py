import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.format import (
    UNKNOWN,
    duration,
    instant,
    number,
    percent,
    quantity,
    scale,
    signed,
    usd,
)


@pytest.mark.parametrize(
    ("value", "unit", "family", "shown"),
    [
        (0.38, "1", "utilization", "38 %"),
        (31.0, "1", "health", "31"),
        (0.0123, "s", "latency", "12.3 ms"),
        (2.5e-5, "s", "latency", "25 µs"),
        (0.0, "s", "latency", "0 s"),
        (547_000_000, "By", "memory", "547 MB"),
        (656, "{request}", "traffic", "656 request"),
        (3, "{unknown}", "traffic", "3"),
        (71, "Cel", "health", "71 °C"),
        (math.nan, "s", "latency", UNKNOWN),
    ],
)
def test_a_quantity_is_read_in_the_unit_that_suits_its_size(
    value: float, unit: str, family: str, shown: str
) -> None:
    assert quantity(value, unit, family) == shown


@given(st.floats(allow_nan=True, allow_infinity=True))
def test_a_change_never_has_a_minus_that_draws_the_wrong_arrow(value: float) -> None:
    assert "\u2212" not in signed(value, "pp")
    assert not math.isfinite(value) or signed(value)[0] in "+-"


def test_an_axis_has_one_scale_chosen_by_its_peak() -> None:
    chosen = scale(0.25, "s")
    assert (chosen.divisor, chosen.unit) == (1e-3, "ms")


def test_what_is_unknown_is_never_a_number() -> None:
    assert number(math.inf) == percent(math.nan) == usd(math.nan) == signed(math.nan) == UNKNOWN


def test_times_are_utc_and_durations_have_two_units() -> None:
    assert instant(1_795_186_800_000) == "2026-11-20 15:00 UTC"
    assert duration(2 * 3_600_000 + 5 * 60_000 + 1_000) == "2 h 5 min"
    assert duration(0) == "0 s"
