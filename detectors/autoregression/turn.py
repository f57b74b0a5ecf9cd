"""From one segment to the next: learn from the one that is over, and lay out what the new one compares with."""

import math

import numpy as np

from detectors.autoregression.fit import learn
from detectors.autoregression.layout import Layout
from detectors.autoregression.past import compare, remember
from detectors.autoregression.states import Rows
from detectors.autoregression.unit import recentre, settle
from detectors.volatility import Restlessness

_DAILY = 4  # segments between two looks at the unit of a series that is known


def turn(
    near: Rows, deep: Rows, layout: Layout, restlessness: Restlessness, zone: str, memory: int
) -> None:
    """All rows are at the end of one segment; afterwards they are at the beginning of the next."""
    columns = layout.columns
    seen = np.isfinite(near["raw"][:, columns:]).any(axis=1)
    if seen.any():
        every = bool(seen.all())
        some, long = (near, deep) if every else (near[seen], deep[seen])
        _learned(some, long, layout, memory)
        if not every:
            near[seen], deep[seen] = some, long
    restlessness.turn(near, seen)
    _open(near, deep, layout, zone)


def _learned(near: Rows, deep: Rows, layout: Layout, memory: int) -> None:
    daily = bool(near["segment"][0] % _DAILY == 0)
    young = np.isnan(near["recent"][:, 0])
    if daily or young.all():
        settle(near, near["raw"])
    elif young.any():
        some = near[young]
        settle(some, some["raw"])
        near[young] = some
    if daily:
        recentre(near, deep, layout)
    fade = math.exp(-layout.columns * layout.step / memory)
    learn(near, deep, layout, fade, solve=daily)


def _open(near: Rows, deep: Rows, layout: Layout, zone: str) -> None:
    columns = layout.columns
    near["segment"] += 1
    if layout.daily:
        remember(near, deep, layout)
        compare(near, deep, layout, zone)
    near["raw"][:, :columns] = near["raw"][:, columns:]
    near["raw"][:, columns:] = np.nan
    near["odd"] = False
