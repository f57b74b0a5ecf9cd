"""From one total to another, by the parts that add up to the difference."""

from dataclasses import dataclass

from dashboard.charts import Chart
from dashboard.format import signed
from dashboard.palette import Palette
from reinfra.signals.wording import number


@dataclass(frozen=True, slots=True)
class Part:
    label: str
    change: float


def waterfall(start: Part, parts: list[Part], end: Part, palette: Palette, *, unit: str) -> Chart:
    """`start` and `end` are totals; `parts` are changes, whose sum is their difference."""
    floors, heights, labels, colours = [0.0], [start.change], [_total(start)], [palette.total]
    level = start.change
    for part in parts:
        floors.append(min(level, level + part.change))
        heights.append(abs(part.change))
        labels.append(signed(part.change))
        colours.append(palette.bad if part.change > 0 else palette.good)
        level += part.change
    floors, heights = [*floors, 0.0], [*heights, end.change]
    labels, colours = [*labels, _total(end)], [*colours, palette.total]
    names = [start.label, *(part.label for part in parts), end.label]
    bars = [
        {"value": height, "itemStyle": {"color": colour}, "label": {"formatter": label}}
        for height, colour, label in zip(heights, colours, labels, strict=True)
    ]
    return Chart(
        _option(names, floors, bars, palette, unit),
        alt="; ".join(f"{name} {label} {unit}" for name, label in zip(names, labels, strict=True)),
        height=320,
    )


def _option(
    names: list[str],
    floors: list[float],
    bars: list[dict[str, object]],
    palette: Palette,
    unit: str,
) -> dict[str, object]:
    base = {"type": "bar", "stack": "level", "silent": True, "itemStyle": {"color": "transparent"}}
    return {
        "animation": False,
        "grid": {"left": 8, "right": 8, "top": 36, "bottom": 8, "containLabel": True},
        "xAxis": {
            "type": "category",
            "data": names,
            "axisTick": {"show": False},
            "axisLabel": {"color": palette.muted, "interval": 0},
        },
        "yAxis": {
            "type": "value",
            "name": unit,
            "nameTextStyle": {"align": "left", "color": palette.muted},
            "splitLine": {"lineStyle": {"color": palette.rule}},
            "axisLabel": {"color": palette.muted},
        },
        "series": [
            {**base, "data": floors},
            {
                "type": "bar",
                "stack": "level",
                "data": bars,
                "barMaxWidth": 72,
                "label": {"show": True, "position": "top", "color": palette.ink},
            },
        ],
    }


def _total(part: Part) -> str:
    return number(part.change)
