"""Numbers as Go's strconv reads them, which is what makes a page one that Prometheus takes.

Python's float is wider: it takes underscores, white space and a signed NaN, and reads 1e999 as infinity.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_PLAIN = b"0123456789.eE+-"
_WORDS = b"infINFatyATY"
_DROP = _PLAIN + _WORDS
_INFINITE = frozenset({"inf", "infinity", "+inf", "+infinity", "-inf", "-infinity"})
_INT64 = 1 << 63


def number(text: str) -> float:
    """Raises ValueError for what strconv.ParseFloat refuses, and for its hexadecimal floats."""
    if text.encode("utf-8", "replace").translate(None, _DROP):
        raise ValueError(text)
    value = float(text)
    if not math.isfinite(value) and text.lower() not in _INFINITE and text.lower() != "nan":
        raise ValueError(text)
    return value


def numbers(texts: Sequence[bytes]) -> NDArray[np.float64] | None:
    """All of them at once; None where any is no number, so that the careful parser finds it."""
    if b"".join(texts).translate(None, _DROP):
        return None
    try:
        values = np.fromiter(map(float, texts), np.float64, len(texts))
    except ValueError:
        return None
    for i in np.flatnonzero(~np.isfinite(values)).tolist():
        word = texts[i].decode().lower()
        if word not in _INFINITE and word != "nan":
            return None
    return values


def milliseconds(text: str) -> int:
    """A time of the text format: a whole number of 64 bits. Raises ValueError."""
    digits = text[1:] if text[:1] in ("+", "-") else text
    if not (digits.isascii() and digits.isdigit()):
        raise ValueError(text)
    value = int(text)
    if not -_INT64 <= value < _INT64:
        raise ValueError(text)
    return value


def seconds(text: str) -> int:
    """A time of OpenMetrics in milliseconds, held within 64 bits. Raises ValueError."""
    value = number(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return max(-_INT64 + 1, min(round(value * 1000), _INT64 - 1))
