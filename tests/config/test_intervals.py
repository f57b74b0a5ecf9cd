"""Time intervals as Alertmanager documents them, over changes of the clock and ends of months."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from reinfra.config.intervals import TimeSpec

BERLIN = "Europe/Berlin"


def at(text: str, zone: str = "UTC", fold: int = 0) -> int:
    there = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold)
    return round(there.timestamp() * 1000)


def spec(**given: object) -> TimeSpec:
    return TimeSpec.model_validate(given)


OFFICE = spec(
    times=[{"start_time": "09:00", "end_time": "17:00"}],
    weekdays=["monday:friday"],
    location="Australia/Sydney",
)


@pytest.mark.parametrize(
    ("when", "held"),
    [
        ("2026-11-20T09:00", True),  # a Friday
        ("2026-11-20T16:59", True),
        ("2026-11-20T17:00", False),
        ("2026-11-21T10:00", False),
    ],
)
def test_office_hours_are_those_of_the_place(when: str, *, held: bool) -> None:
    assert OFFICE.contains(at(when, "Australia/Sydney")) is held
    assert not OFFICE.contains(at("2026-11-20T12:00"))


@pytest.mark.parametrize(
    ("days", "when", "held"),
    [
        (["-1"], "2026-02-28", True),
        (["-1"], "2028-02-28", False),
        (["-3:-1"], "2026-04-28", True),
        (["1:31"], "2026-02-28", True),
        (["31"], "2026-04-30", False),
        ([1, "15:16"], "2026-04-16", True),
        (["-31:-1"], "2026-02-01", True),
    ],
)
def test_days_of_a_month_count_from_either_end_and_stop_with_it(
    days: list[object], when: str, *, held: bool
) -> None:
    assert spec(days_of_month=days).contains(at(f"{when}T12:00")) is held


def test_an_hour_that_comes_twice_is_in_it_twice_and_a_skipped_one_never() -> None:
    night = spec(times=[{"start_time": "02:00", "end_time": "03:00"}], location=BERLIN)
    autumn = [at("2026-10-25T02:30", BERLIN, fold) for fold in (0, 1)]
    assert autumn[1] - autumn[0] == 3_600_000
    assert all(night.contains(one) for one in autumn)
    day = range(at("2026-03-29T00:00", BERLIN), at("2026-03-30T00:00", BERLIN), 60_000)
    assert not any(night.contains(one) for one in day)
    before = range(at("2026-03-28T00:00", BERLIN), at("2026-03-29T00:00", BERLIN), 60_000)
    assert sum(night.contains(one) for one in before) == 60


def test_months_and_years_are_names_or_numbers_and_all_fields_must_hold() -> None:
    summer = spec(months=["June:august", "12"], years=[2026, "2028:2029"])
    held = ["2026-07-01", "2026-12-31", "2028-06-01"]
    assert all(summer.contains(at(f"{one}T12:00")) for one in held)
    assert not any(summer.contains(at(f"{one}T12:00")) for one in ["2027-07-01", "2026-05-31"])


@pytest.mark.parametrize(
    "given",
    [
        {"times": [{"start_time": "17:00", "end_time": "09:00"}]},
        {"times": [{"start_time": "9:00", "end_time": "17:00"}]},
        {"times": [{"start_time": "09:00", "end_time": "24:01"}]},
        {"weekdays": ["friday:monday"]},
        {"weekdays": ["1:5"]},
        {"days_of_month": ["0"]},
        {"days_of_month": ["-1:5"]},
        {"days_of_month": ["10:5"]},
        {"days_of_month": ["1:2:3"]},
        {"months": ["13"]},
        {"months": ["march:january"]},
        {"years": ["2027:2026"]},
        {"location": "Mars/Olympus"},
        {"location": "../../etc/passwd"},
        {"times": [{"start_time": "09:00", "end_time": "17:00"}], "sundays": []},
    ],
)
def test_what_can_never_hold_or_is_no_time_is_refused(given: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        spec(**given)
