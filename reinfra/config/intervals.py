"""Named times, with Alertmanager's fields: in which a route is mute, or active, or work is going on."""

import calendar
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

_DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_MONTHS = tuple(name.lower() for name in calendar.month_name[1:])
_CLOCK = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d|24:00", re.ASCII)
_NUMBER = re.compile(r"-?\d{1,4}", re.ASCII)
_SHORTEST_MONTH, _LONGEST_MONTH = 28, 31
_ENDS = 2  # of a range

Span = tuple[int, int]
"""Inclusive at both ends."""


def _texts(given: object) -> object:
    """Numbers may be written as such: years = [2026, "2030:2031"]."""
    if isinstance(given, list | tuple):
        return tuple(str(one) if isinstance(one, int) else one for one in given)
    return given


Ranges = Annotated[tuple[str, ...], BeforeValidator(_texts)]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TimeRange(_Table):
    """From `start_time` to just before `end_time` of a day, in the interval's location."""

    start_time: str = Field(description="HH:MM.")
    end_time: str = Field(description="HH:MM, 24:00 for the end of the day.")

    @field_validator("start_time", "end_time")
    @classmethod
    def _is_a_time(cls, text: str) -> str:
        if not _CLOCK.fullmatch(text):
            raise ValueError(f"not a time of the day: {text[:20]!r}; write 08:30")
        return text

    @model_validator(mode="after")
    def _goes_on(self) -> Self:
        if self.minutes[0] >= self.minutes[1]:
            raise ValueError("start_time is before end_time; a night is two ranges")
        return self

    @property
    def minutes(self) -> Span:
        """Of the day; the second is no part of it."""
        start, end = (
            (int(one[:2]) * 60 + int(one[3:])) for one in (self.start_time, self.end_time)
        )
        return start, end


class TimeSpec(_Table):
    """An instant is in it if it is in one of each list that is not empty, by the clocks of `location`."""

    times: tuple[TimeRange, ...] = Field((), description="Times of the day.")
    weekdays: Ranges = Field((), description='Days such as "monday:friday" and "sunday".')
    days_of_month: Ranges = Field(
        (), description='Days such as "1:7"; -1 is the last day of the month.'
    )
    months: Ranges = Field((), description='Months such as "january:march" and "12".')
    years: Ranges = Field((), description='Years such as "2026:2027".')
    location: str = Field(
        "UTC", description="Time zone such as Europe/Berlin; Local is the machine's own."
    )

    @field_validator("location")
    @classmethod
    def _is_a_zone(cls, name: str) -> str:
        try:
            _zone(name)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(
                f"no time zone is called {name[:40]!r}, as Europe/Berlin is"
            ) from error
        return name

    @model_validator(mode="after")
    def _reads(self) -> Self:
        for text in self.weekdays:
            _span(text, {name: day for day, name in enumerate(_DAYS)}, 0, 6, named=True)
        for text in self.months:
            _span(text, _month_numbers(), 1, 12)
        for text in self.years:
            _span(text, {}, 0, 9999)
        for text in self.days_of_month:
            _day_span(text)
        return self

    def contains(self, at: int) -> bool:
        """Whether the instant, in ms, is in it. An hour that clocks repeat is in it twice, a skipped one never."""
        there = datetime.fromtimestamp(at / 1_000, UTC).astimezone(_zone(self.location))
        return all(
            (
                _any(self._minutes(), there.hour * 60 + there.minute),
                _any(self._month_days(there), there.day),
                _any([_span(one, _month_numbers(), 1, 12) for one in self.months], there.month),
                _any(self._weekdays(), there.isoweekday() % 7),
                _any([_span(one, {}, 0, 9999) for one in self.years], there.year),
            )
        )

    def _minutes(self) -> list[Span]:
        return [(one.minutes[0], one.minutes[1] - 1) for one in self.times]

    def _weekdays(self) -> list[Span]:
        names = {name: day for day, name in enumerate(_DAYS)}
        return [_span(one, names, 0, 6, named=True) for one in self.weekdays]

    def _month_days(self, there: datetime) -> list[Span]:
        """Clamped to the month; one that begins after its end is no day of it."""
        last = calendar.monthrange(there.year, there.month)[1]
        spans = [_day_span(text) for text in self.days_of_month]
        here = [tuple(day if day > 0 else last + day + 1 for day in span) for span in spans]
        found = [(begin, min(end, last)) for begin, end in here if begin <= last]
        return found or ([(0, 0)] if spans else [])


class TimeInterval(_Table):
    """A name for times: `[[time_interval]]`."""

    name: str = Field(min_length=1, max_length=100, description="What routes call it.")
    time_intervals: tuple[TimeSpec, ...] = Field(
        min_length=1, description="Times, any of which is enough."
    )

    def contains(self, at: int) -> bool:
        return any(one.contains(at) for one in self.time_intervals)


def _any(spans: list[Span], value: int) -> bool:
    return not spans or any(begin <= value <= end for begin, end in spans)


def _zone(name: str) -> Any:  # noqa: ANN401 - None is the machine's own zone to astimezone
    return None if name == "Local" else ZoneInfo(name)


def _month_numbers() -> Mapping[str, int]:
    return {name: number for number, name in enumerate(_MONTHS, 1)}


def _span(text: str, names: Mapping[str, int], low: int, high: int, *, named: bool = False) -> Span:
    """Read `a:b` or `a`. Raises ValueError."""
    parts = [_number(part, names, named=named) for part in text.lower().split(":")]
    begin, end = parts[0], parts[-1]
    if len(parts) > _ENDS or None in parts or begin is None or end is None:
        raise ValueError(f"not a range: {text[:30]!r}; write a or a:b")
    if not low <= begin <= end <= high:
        raise ValueError(f"{text[:30]!r} is not from {low} to {high}, or ends before it begins")
    return begin, end


def _day_span(text: str) -> Span:
    """-1 is the last day. Raises ValueError for what is never a day, or ends before it begins."""
    parts = [_number(part, {}) for part in text.split(":")]
    begin, end = parts[0], parts[-1]
    if len(parts) > _ENDS or begin is None or end is None:
        raise ValueError(f"not a range of days: {text[:30]!r}; write 1:7 or -3:-1")
    if not all(1 <= abs(day) <= _LONGEST_MONTH for day in (begin, end)) or (begin < 0 < end):
        raise ValueError(f"{text[:30]!r} is no range of days of a month")
    least, most = (day if day > 0 else _SHORTEST_MONTH + day for day in (begin, end))
    if least > most:
        raise ValueError(f"{text[:30]!r} ends before it begins")
    return begin, end


def _number(part: str, names: Mapping[str, int], *, named: bool = False) -> int | None:
    word = part.strip()
    if word in names:
        return names[word]
    return int(word) if not named and _NUMBER.fullmatch(word) else None
