"""Which rate of false alarms a file's scores are to hold, and from which row on."""

from dataclasses import dataclass
from typing import Self

from reinfra.model import InputError


@dataclass(frozen=True, slots=True)
class History:
    """How many of a series' first rows are learned from only: `rows`, or that `share` of them, rounded down."""

    rows: int = 0
    share: float = 0.0

    @classmethod
    def parse(cls, text: str) -> Self:
        """A whole number of rows, or a share below 1. Raises InputError."""
        try:
            found = cls(rows=int(text)) if text.strip().isdecimal() else cls(share=float(text))
        except ValueError:
            found = cls(share=-1)
        if not 0 <= found.share < 1:
            why = f"{text[:50]!r} is neither a number of rows nor a share below 1"
            raise InputError("not an amount of history", where="--calibrate", why=why)
        return found

    def of(self, rows: int) -> int:
        return min(rows, self.rows + int(self.share * rows))


@dataclass(frozen=True, slots=True)
class Promise:
    """The rate to hold after the history."""

    per_week: float
    history: History
