from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.files.refusals import Refusals
from collectors.files.times import NO_TIME, NO_ZONE, NONE, SKIPPED, TWICE, Times

NEW_YEAR = 1_577_836_800_000
BERLIN = "Europe/Berlin"


def one(cell: object, form: str = "auto", zone: str = "", ambiguous: str = "refuse") -> int | str:
    """The time, or why there is none."""
    refusals = Refusals()
    (at,) = Times(form, zone, ambiguous).read([cell], [1], refusals).tolist()
    if at == NO_TIME:
        (reason,) = refusals.counts
        return reason
    assert not refusals.total
    return int(at)


@pytest.mark.parametrize(
    "cell",
    [
        "2020-01-01T00:00:00Z",
        "2020-01-01 01:00:00+01:00",
        "2020-01-01T00:00:00.000000000+00",
        " 2020-01-01T00:00:00Z ",
        "1577836800",
        "1577836800.0",
        "1577836800000",
        1_577_836_800_000_000,
        "1577836800000000000",
        1_577_836_800.0,
    ],
)
def test_a_time_as_people_write_it(cell: object) -> None:
    assert one(cell) == NEW_YEAR


@pytest.mark.parametrize(
    "cell", ["", None, "soon", "01/02/2020", True, {}, "nan", "1e400", "12", -5]
)
def test_what_is_no_time_is_refused(cell: object) -> None:
    assert one(cell) == NONE


def test_a_time_without_a_zone_is_refused_until_the_settings_name_one() -> None:
    assert one("2020-01-01 00:00:00") == NO_ZONE
    assert one("2020-01-01 01:00:00", zone=BERLIN) == NEW_YEAR
    assert one("20200101", zone="UTC") == NEW_YEAR
    assert one("2020-01-01", zone="UTC") == NEW_YEAR


def test_the_hour_that_happens_twice_is_refused_or_explicit() -> None:
    text = "2020-10-25 02:30:00"
    assert one(text, zone=BERLIN) == TWICE
    earlier = datetime(2020, 10, 25, 0, 30, tzinfo=UTC).timestamp() * 1000
    assert one(text, zone=BERLIN, ambiguous="earlier") == earlier
    assert one(text, zone=BERLIN, ambiguous="later") == earlier + 3_600_000
    assert one(text + "+01:00", zone=BERLIN) == earlier + 3_600_000


def test_the_hour_that_never_happens_is_refused() -> None:
    assert one("2020-03-29 02:30:00", zone=BERLIN, ambiguous="later") == SKIPPED


def test_a_pattern_and_a_unit_are_taken_at_their_word() -> None:
    assert one("01.01.2020 01:00", "%d.%m.%Y %H:%M", BERLIN) == NEW_YEAR
    assert one("01.01.2020 01:00 +0100", "%d.%m.%Y %H:%M %z") == NEW_YEAR
    assert one("2020-01-01T00:00:00Z", "%d.%m.%Y") == NONE
    assert one("1577836800", "ms") == NONE
    assert one("2020-01-01T00:00:00Z", "s") == NONE


@given(
    st.datetimes(datetime(1981, 1, 1), datetime(2099, 1, 1)),  # noqa: DTZ001 - a clock on a wall
    st.sampled_from([BERLIN, "America/New_York"]),
)
@settings(max_examples=50, deadline=None)
def test_a_local_time_is_read_as_python_reads_it_or_refused(when: datetime, zone: str) -> None:
    when = when.replace(microsecond=0)
    local = when.replace(tzinfo=ZoneInfo(zone))
    got = one(when.isoformat(), zone=zone)
    if isinstance(got, int):
        assert got == local.timestamp() * 1000
    else:
        other = local.replace(fold=1)
        assert other.utcoffset() != local.utcoffset()
