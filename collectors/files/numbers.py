"""Numbers as files write them: an empty cell is no sample, NaN is a sample that says nothing."""

import math
import re
from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

_NUMBER = re.compile(r"\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*", re.ASCII)
_NOTHING_SENSIBLE = frozenset({"nan", "inf", "infinity", "+inf", "-inf", "+infinity", "-infinity"})

ABSENT, GIVEN, WRONG = 0, 1, 2


def real(cell: object) -> float | None:
    """The cell as a number, None where it is none. True is no number, and neither is 1_000."""
    if isinstance(cell, str):
        if _NUMBER.fullmatch(cell):
            return float(cell)
        return math.nan if cell.strip().lower() in _NOTHING_SENSIBLE else None
    if isinstance(cell, bool) or cell is None:
        return None
    try:
        return float(cell)  # type: ignore[arg-type] # a Decimal, or whatever else says how
    except (TypeError, ValueError):
        return None
    except OverflowError:
        return math.nan


def plain_numbers(cells: Sequence[object]) -> NDArray[np.float64] | None:
    """All cells at once, if all are numbers as most files write them; None to look at each."""
    kinds = set(map(type, cells))
    if kinds == {str}:
        if "_" in "".join(cells):  # type: ignore[arg-type] # Python reads 1_000 as a number
            return None
    elif not kinds <= {int, float}:
        return None
    try:
        return np.array(cells, np.float64)
    except (ValueError, OverflowError):
        return None


def read_numbers(
    cells: Sequence[object], empty: Collection[str] = ()
) -> tuple[NDArray[np.float64], NDArray[np.int8]]:
    """Values, and of each whether it is ABSENT, GIVEN or WRONG. An infinity is NaN: nothing sensible."""
    state = np.full(len(cells), GIVEN, np.int8)
    value = None if empty else plain_numbers(cells)
    if value is None:
        value = np.full(len(cells), np.nan)
        for row, cell in enumerate(cells):
            if cell is None or cell == "" or cell in empty:
                state[row] = ABSENT
                continue
            number = real(cell)
            if number is None:
                state[row] = WRONG
            else:
                value[row] = number
    value[np.isinf(value)] = np.nan
    return value, state
