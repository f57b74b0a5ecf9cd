"""The same time of another day, by the clocks of a zone.

On the day after clocks went forward, this time yesterday was 23 h ago, after they went back 25 h.
"""

from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from reinfra.model import MINUTE

_QUARTER = 15 * MINUTE  # clocks change on these, and offsets are multiples of them
Times = NDArray[np.int64]


def same_time(at: Times, ago: int, zone: str) -> Times:
    """The instants at which clocks in `zone` showed the time of `at`, `ago` ms (whole days) before."""
    before = at - ago
    if zone == "UTC":
        return before
    return before + _offsets(at, zone) - _offsets(before, zone)


def _offsets(at: Times, zone: str) -> Times:
    quarters, place = np.unique(at // _QUARTER, return_inverse=True)
    found = np.array([_offset(int(quarter), zone) for quarter in quarters], np.int64)
    return np.asarray(found[place])


@lru_cache(maxsize=8192)
def _offset(quarter: int, zone: str) -> int:
    """Of local time from UTC, in ms."""
    at = datetime.fromtimestamp(quarter * _QUARTER / 1000, UTC).astimezone(ZoneInfo(zone))
    offset = at.utcoffset()
    return 0 if offset is None else round(offset.total_seconds() * 1000)
