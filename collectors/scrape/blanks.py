"""Numbers with which DCGM says that it has none (dcgm_structs.h: DCGM_INT32_BLANK, DCGM_INT64_BLANK,
DCGM_FP64_BLANK and the three values after each). Stored, they would be the largest values of all.
"""

import numpy as np
from numpy.typing import NDArray

_REASONS = ("no value yet", "not found", "not supported", "not permitted")
_INT32, _FP64 = 0x7FFFFFF0, 140_737_488_355_328
_INT64 = float(0x7FFFFFFFFFFFFFF0)  # all four are this one as a float
_REASON = {float(first + i): why for first in (_INT32, _FP64) for i, why in enumerate(_REASONS)}
BLANKS = np.array([*_REASON, _INT64])


def blank(value: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Where a value is one of them."""
    return np.isin(value, BLANKS)


def reason(value: float) -> str:
    return f"DCGM says: {_REASON.get(value, 'no value (blank, not found or not supported)')}"
