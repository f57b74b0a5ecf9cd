"""A series taken apart: trend, daily season and what is left, one below the other."""

import numpy as np

from dashboard.charts import Chart
from dashboard.format import instant
from dashboard.palette import Palette
from detectors.seasonal import Decomposition
from reinfra.model import SeriesBlock
from reinfra.signals import find
from reinfra.signals.wording import scale

_HEIGHT = 130
_GAP = 36


def decomposition_chart(block: SeriesBlock, parts: Decomposition, palette: Palette) -> Chart:
    """The three share their times and their unit, not their heights."""
    key = block.keys[0]
    signal = find(key.metric)
    seen = np.abs(block.values[0][np.isfinite(block.values[0])])
    unit = scale(float(seen.max()) if seen.size else 0.0, key.unit, signal.family if signal else "")
    rows = {"trend": parts.trend, "daily season": parts.seasonal, "what is left": parts.residual}
    at = block.at.tolist()
    series = [
        {
            "type": "line",
            "name": name,
            "showSymbol": False,
            "xAxisIndex": place,
            "yAxisIndex": place,
            "lineStyle": {"width": 1.4, "color": palette.measured},
            "itemStyle": {"color": palette.measured},
            "data": [
                [when, _json(value / unit.divisor)] for when, value in zip(at, values, strict=True)
            ],
        }
        for place, (name, values) in enumerate(rows.items())
    ]
    since, until = instant(at[0]), instant(at[-1])
    return Chart(
        {
            "animation": False,
            "useUTC": True,
            "tooltip": {"trigger": "axis"},
            "axisPointer": {"link": [{"xAxisIndex": "all"}]},
            "grid": [_grid(place) for place in range(len(rows))],
            "xAxis": [
                _time(place, palette, last=place == len(rows) - 1) for place in range(len(rows))
            ],
            "yAxis": [_value(place, name, palette, unit.unit) for place, name in enumerate(rows)],
            "series": series,
        },
        alt=f"trend, daily season and what is left of the means of hours from {since} to {until}",
        height=len(rows) * (_HEIGHT + _GAP) + _GAP,
    )


def _grid(place: int) -> dict[str, object]:
    top = _GAP + place * (_HEIGHT + _GAP)
    return {"left": 64, "right": 16, "top": top, "height": _HEIGHT}


def _time(place: int, palette: Palette, *, last: bool) -> dict[str, object]:
    label = {"show": last, "color": palette.muted}
    return {"type": "time", "gridIndex": place, "axisLabel": label}


def _value(place: int, name: str, palette: Palette, unit: str) -> dict[str, object]:
    return {
        "type": "value",
        "gridIndex": place,
        "name": f"{name}, {unit}".rstrip(", "),
        "scale": True,
        "splitNumber": 3,
        "nameTextStyle": {"align": "left", "color": palette.muted},
        "axisLabel": {"color": palette.muted},
        "splitLine": {"lineStyle": {"color": palette.rule}},
    }


def _json(value: float) -> float | None:
    return float(f"{value:.6g}") if np.isfinite(value) else None
