"""Values with their intervals, one line each: a forest plot."""

import math
from dataclasses import dataclass

from dashboard.charts import Chart
from dashboard.palette import Palette
from dashboard.text import plain

_ROW = 30
_FRAME = 90


@dataclass(frozen=True, slots=True)
class Line:
    """One row; `low` and `high` are None where there is no interval. A `total` stands for all others."""

    label: str
    value: float
    low: float | None
    high: float | None
    total: bool = False
    warned: bool = False


def intervals(
    lines: list[Line],
    palette: Palette,
    *,
    title: str,
    reference: float | None = None,
) -> Chart:
    """`reference` draws a dashed line at what "no difference" means."""
    names = _distinct([plain(line.label, 60) for line in lines])
    least, most = _bounds(lines, reference)
    return Chart(
        {
            "animation": False,
            "grid": {"left": 8, "right": 24, "top": 8, "bottom": 40, "containLabel": True},
            "tooltip": {"formatter": "{b}"},
            "xAxis": {
                "type": "value",
                "name": title,
                "nameLocation": "middle",
                "nameGap": 28,
                "axisLabel": {"color": palette.muted},
                "splitLine": {"lineStyle": {"color": palette.rule}},
                "min": least,
                "max": most,
            },
            "yAxis": {
                "type": "category",
                "data": names,
                "inverse": True,
                "axisTick": {"show": False},
                "axisLabel": {"color": palette.muted, "width": 260, "overflow": "truncate"},
            },
            "series": [_points(lines, names, palette, reference)],
        },
        alt="; ".join(map(_said, lines)),
        height=_FRAME + _ROW * max(len(lines), 2),
    )


def _points(
    lines: list[Line], names: list[str], palette: Palette, reference: float | None
) -> dict[str, object]:
    drawn = [_bar(line, name, palette) for line, name in zip(lines, names, strict=True)]
    marked: list[object] = [bar for bar in drawn if bar]
    if reference is not None:
        style = {"color": palette.ink, "type": "dashed"}
        marked.append({"xAxis": reference, "lineStyle": style, "label": {"show": False}})
    return {
        "type": "scatter",
        "symbolSize": 10,
        "z": 3,
        "data": [
            {
                "value": [line.value, name],
                "name": _said(line),
                "itemStyle": {"color": _colour(line, palette), "opacity": 1},
            }
            for line, name in zip(lines, names, strict=True)
        ],
        "markLine": {
            "symbol": "none",
            "silent": True,
            "animation": False,
            "data": marked,
        },
    }


def _bar(line: Line, name: str, palette: Palette) -> list[dict[str, object]] | None:
    if line.low is None or line.high is None:
        return None
    style = {"color": _colour(line, palette), "width": 3, "type": "solid"}
    return [
        {"coord": [line.low, name], "lineStyle": style, "label": {"show": False}},
        {"coord": [line.high, name]},
    ]


def _bounds(lines: list[Line], reference: float | None) -> tuple[float, float]:
    """Round ends that hold every interval: ECharts leaves out a bar that reaches beyond its axis."""
    ends = [end for one in lines for end in (one.value, one.low, one.high) if end is not None]
    ends += [] if reference is None else [reference]
    reach = max(ends) - min(ends) or 1.0
    step = 10.0 ** math.floor(math.log10(reach)) / 2
    return math.floor(min(ends) / step) * step, math.ceil(max(ends) / step) * step


def _colour(line: Line, palette: Palette) -> str:
    if line.warned:
        return palette.bad
    return palette.total if line.total else palette.muted


def _said(line: Line) -> str:
    label = plain(line.label, 60)
    if line.low is None or line.high is None:
        return f"{label}: {line.value:.3g}, no interval"
    return f"{label}: {line.value:.3g} [{line.low:.3g}, {line.high:.3g}]"


def _distinct(names: list[str]) -> list[str]:
    """An axis of categories is keyed by its text; a repeated one gets invisible padding."""
    return [name + "\u2009" * names[:place].count(name) for place, name in enumerate(names)]
