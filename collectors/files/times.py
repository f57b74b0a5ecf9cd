"""Times as files write them, and what zone they mean; an hour that happens twice is never guessed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from collectors.files.numbers import plain_numbers, real
from collectors.files.refusals import Refusals

EARLIEST, LATEST = 315_532_800_000, 4_102_444_800_000  # 1980 and 2100, in ms
_TO_MS = {"s": 1e3, "ms": 1.0, "us": 1e-3, "ns": 1e-6}
"""No two of these put one number between 1980 and 2100: the unit follows from the size."""

_ZONED = re.compile(r"(?:[zZ]|[+-]\d\d(?::?\d\d)?)$")
_DAY_LENGTH = 10  # of 2026-11-20, whose end only looks like an offset
_NUMBER = re.compile(r"\d+(?:\.\d*)?(?:[eE][+]?\d+)?", re.ASCII)
_DATE_DIGITS = 8  # 20261120 is a date, 1763600000 a time since 1970

Instants = NDArray[np.int64]
NO_TIME = int(np.iinfo(np.int64).min)
"""In place of the time of a row that has none."""

NONE = "a time that is none"
NO_ZONE = "a time without a zone: set zone"
TWICE = "a time that clocks show twice: set ambiguous, or write times with their zone"
SKIPPED = "a time that clocks skip"


@dataclass(frozen=True, slots=True)
class Times:
    """How to read them. `form` is auto, a unit since 1970, or a pattern; `zone` that of times without one.

    `ambiguous` is refuse, earlier or later.
    """

    form: str = "auto"
    zone: str = ""
    ambiguous: str = "refuse"

    def read(self, cells: Sequence[object], line: Sequence[int], refusals: Refusals) -> Instants:
        """Milliseconds since 1970 UTC, NO_TIME where there is none; each of these is counted."""
        at = self._plain(cells)
        if at is None:
            at, why = self._each(cells)
        else:
            why = np.full(len(cells), NONE, object)
        for row in np.flatnonzero(at == NO_TIME).tolist():
            refusals.add(str(why[row]), line[row], str(cells[row]))
        return at

    def one(self, cell: object, line: int, refusals: Refusals) -> int:
        """As `read`, for one."""
        number = self._number(cell)
        if number is not None and (at := self._since_1970(number)) != NO_TIME:
            return at
        return int(self.read([cell], [line], refusals)[0])

    def _plain(self, cells: Sequence[object]) -> Instants | None:
        """All cells at once where all are numbers since 1970, None to look at each."""
        if (
            "%" in self.form
            or min((len(c) for c in cells if isinstance(c, str)), default=99) <= _DATE_DIGITS
        ):
            return None
        number = plain_numbers(cells)
        if number is None:
            return None
        at = np.full(len(cells), NO_TIME, np.int64)
        for unit in self._units():
            ms = number * unit
            inside = (ms >= EARLIEST) & (ms < LATEST)
            at[inside] = np.round(ms[inside]).astype(np.int64)
        return at

    def _each(self, cells: Sequence[object]) -> tuple[Instants, NDArray[np.object_]]:
        at = np.full(len(cells), NO_TIME, np.int64)
        why = np.full(len(cells), NONE, object)
        texts = []
        for row, cell in enumerate(cells):
            number = self._number(cell)
            if number is not None:
                at[row] = self._since_1970(number)
            elif isinstance(cell, str) and ("%" in self.form or self.form == "auto"):
                texts.append(row)
        if texts:
            rows = np.array(texts)
            at[rows], why[rows] = self._texts([str(cells[row]).strip() for row in texts])
        at[(at < EARLIEST) | (at >= LATEST)] = NO_TIME
        return at, why

    def _number(self, cell: object) -> float | None:
        """The cell as a number since 1970, None where it is text to be parsed, or nothing."""
        if "%" in self.form:
            return None
        if isinstance(cell, str):
            text = cell.strip()
            if not _NUMBER.fullmatch(text) or len(text) == _DATE_DIGITS:
                return None
        return real(cell)

    def _since_1970(self, number: float) -> int:
        found = (number * unit for unit in self._units())
        return next((round(ms) for ms in found if EARLIEST <= ms < LATEST), NO_TIME)

    def _units(self) -> tuple[float, ...]:
        return tuple(_TO_MS.values()) if self.form == "auto" else (_TO_MS[self.form],)

    def _texts(self, texts: list[str]) -> tuple[Instants, NDArray[np.object_]]:
        """The times, and why there is none where there is none."""
        zoned = np.array([self._is_zoned(text) for text in texts])
        at = np.full(len(texts), NO_TIME, np.int64)
        why = np.full(len(texts), NONE, object)
        column = pd.Series(texts, dtype=object)
        form = self.form if "%" in self.form else "ISO8601"
        if zoned.any():
            found = pd.to_datetime(column[zoned], format=form, utc=True, errors="coerce")
            at[zoned] = _milliseconds(found)
        if not zoned.all():
            naive = pd.to_datetime(column[~zoned], format=form, errors="coerce")
            at[~zoned], why[~zoned] = self._localized(naive)
        return at, why

    def _is_zoned(self, text: str) -> bool:
        if "%" in self.form:
            return "%z" in self.form
        return len(text) > _DAY_LENGTH and _ZONED.search(text) is not None

    def _localized(self, naive: "pd.Series[pd.Timestamp]") -> tuple[Instants, NDArray[np.object_]]:
        why = np.where(naive.isna(), NONE, NO_ZONE).astype(object)
        if not self.zone:
            return np.full(len(naive), NO_TIME, np.int64), why
        first = naive.dt.tz_localize(self.zone, ambiguous=_all(naive, True), nonexistent="NaT")  # noqa: FBT003
        last = naive.dt.tz_localize(self.zone, ambiguous=_all(naive, False), nonexistent="NaT")  # noqa: FBT003
        why[(first.isna() & naive.notna()).to_numpy()] = SKIPPED
        at = _milliseconds(last if self.ambiguous == "later" else first)
        if self.ambiguous == "refuse":
            twice = (first != last).to_numpy() & (at != NO_TIME)
            at[twice], why[twice] = NO_TIME, TWICE
        return at, why


def _all(column: "pd.Series[pd.Timestamp]", summer: bool) -> NDArray[np.bool_]:  # noqa: FBT001
    return np.full(len(column), summer)


def _milliseconds(column: "pd.Series[pd.Timestamp]") -> Instants:
    plain = column.dt.tz_convert("UTC").dt.tz_localize(None)
    return plain.to_numpy().astype("datetime64[ms]").astype(np.int64)
