import math

from hypothesis import given
from hypothesis import strategies as st

from dashboard.format import instant, percent, signed, usd
from reinfra.signals.wording import UNKNOWN


@given(st.floats(allow_nan=True, allow_infinity=True))
def test_a_change_never_has_a_minus_that_draws_the_wrong_arrow(value: float) -> None:
    assert "\u2212" not in signed(value, "pp")
    assert not math.isfinite(value) or signed(value)[0] in "+-"


def test_what_is_unknown_is_never_a_number() -> None:
    assert percent(math.nan) == usd(math.nan) == signed(math.nan) == UNKNOWN


def test_instants_are_utc() -> None:
    assert instant(1_795_186_800_000) == "2026-11-20 15:00 UTC"
