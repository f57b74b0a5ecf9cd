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


def read_numbers(
    cells: Sequence[object], empty: Collection[str] = ()
) -> tuple[NDArray[np.float64], NDArray[np.int8]]:
    """Values, and of each whether it is ABSENT, GIVEN or WRONG. An infinity is NaN: nothing sensible."""
    value = np.full(len(cells), np.nan)
    state = np.full(len(cells), GIVEN, np.int8)
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
