"""A latency's quantiles over time, each as wide as the bucket it lies in."""

import numpy as np

from dashboard.charts import Chart
from dashboard.format import instant
from dashboard.palette import Palette
from dashboard.queries.serving import Bounds
from detectors.base import Floats
from reinfra.signals.wording import scale


def quantile_chart(at: np.ndarray, spans: dict[str, Bounds], palette: Palette) -> Chart:
    """Where a quantile is in the bucket without an upper bound, the band is a line at its lower one."""
    finite = [one.high[np.isfinite(one.high)] for one in spans.values()]
    peak = max((float(values.max()) for values in finite if values.size), default=0.0)
    unit = scale(peak, "s")
    series: list[dict[str, object]] = []
    colours = (palette.measured, palette.before, palette.bad)
    for (name, one), colour in zip(spans.items(), colours, strict=False):
        low, high = one.low / unit.divisor, one.high / unit.divisor
        reach = np.where(np.isinf(high), 0.0, high - low)
        series += _band(name, at.tolist(), low, reach, colour)
    endless = sum(int(np.isinf(one.high).sum()) for one in spans.values())
    return Chart(
        {
            "animation": False,
            "useUTC": True,
            "grid": {"left": 8, "right": 16, "top": 48, "bottom": 8, "containLabel": True},
            "legend": {"data": list(spans), "top": 0, "textStyle": {"color": palette.muted}},
            "xAxis": {"type": "time", "axisLabel": {"color": palette.muted}},
            "yAxis": {
                "type": "value",
                "name": unit.unit,
                "nameTextStyle": {"align": "left", "color": palette.muted},
                "axisLabel": {"color": palette.muted},
                "splitLine": {"lineStyle": {"color": palette.rule}},
            },
            "series": series,
        },
        alt=f"bounds of {', '.join(spans)} from {instant(int(at[0]))} to {instant(int(at[-1]))}",
        height=300,
        note=f"In {endless} places the quantile is above the highest bound; the line is that bound."
        if endless
        else "",
    )


def _band(
    name: str, at: list[int], low: Floats, reach: Floats, colour: str
) -> list[dict[str, object]]:
    edge = {
        "type": "line",
        "stack": name,
        "step": "end",
        "showSymbol": False,
        "silent": True,
        "itemStyle": {"color": colour},
        "lineStyle": {"width": 1, "color": colour},
    }
    return [
        {**edge, "name": f"{name} low", "data": _points(at, low)},
        {
            **edge,
            "name": name,
            "data": _points(at, reach),
            "areaStyle": {"color": colour, "opacity": 0.25},
        },
    ]


def _points(at: list[int], values: Floats) -> list[list[float | None]]:
    pairs = zip(at, values.tolist(), strict=True)
    return [[when, value if np.isfinite(value) else None] for when, value in pairs]
