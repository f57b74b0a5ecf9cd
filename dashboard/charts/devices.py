"""Charts of accelerators: the funnel, and faults by hour and kind."""

import math
from collections import defaultdict
from collections.abc import Sequence
from html import escape

from dashboard.charts import Chart
from dashboard.format import count, instant
from dashboard.palette import Palette
from dashboard.queries.device_faults import Faults
from dashboard.queries.devices import Stage
from dashboard.text import plain
from reinfra.signals.wording import number

_MOST_KINDS = 6
_OTHERS = "others"


def funnel_chart(stages: Sequence[Stage], palette: Palette) -> Chart:
    """Bars of devices. An unknown stage has no bar, and a word where it would be."""
    bars = [
        {
            "value": 0 if math.isnan(one.value) else float(f"{one.value:.4g}"),
            "label": _label(one, palette),
        }
        for one in stages
    ]
    said = ", ".join(f"{one.name} {number(one.value)}" for one in stages)
    option = {
        "animation": False,
        "grid": {"left": 8, "right": 72, "top": 8, "bottom": 8, "containLabel": True},
        "xAxis": {"type": "value", "show": False},
        "yAxis": {
            "type": "category",
            "inverse": True,
            "data": [one.name for one in stages],
            "axisLabel": {"color": palette.ink},
            "axisTick": {"show": False},
            "axisLine": {"show": False},
        },
        "series": [
            {
                "type": "bar",
                "data": bars,
                "barWidth": 24,
                "silent": True,
                "itemStyle": {"color": palette.total},
            }
        ],
    }
    return Chart(option, alt=f"devices, mean over the time: {said}", height=180)


def _label(one: Stage, palette: Palette) -> dict[str, object]:
    return {"show": True, "position": "right", "color": palette.ink, "formatter": number(one.value)}


def faults_chart(faults: Faults, palette: Palette) -> Chart:
    """Stacked by kind; beyond the six most frequent kinds they are one."""
    totals: dict[str, float] = defaultdict(float)
    for one in faults.found:
        totals[one.kind] += one.count
    kinds = sorted(totals, key=lambda kind: (-totals[kind], kind))
    named = set(kinds[:_MOST_KINDS])
    cells: dict[tuple[str, int], float] = defaultdict(float)
    for one in faults.found:
        cells[one.kind if one.kind in named else _OTHERS, one.at] += one.count
    shown = [*kinds[:_MOST_KINDS], *([_OTHERS] if len(kinds) > _MOST_KINDS else [])]
    series = [
        {
            "type": "bar",
            "stack": "all",
            "name": escape(plain(kind, 60)),
            "barMaxWidth": 10,
            "barMinWidth": 3,
            "itemStyle": {"color": _colours(palette)[place % len(_colours(palette))]},
            "data": [[at, many] for (name, at), many in sorted(cells.items()) if name == kind],
        }
        for place, kind in enumerate(shown)
    ]
    since, until = int(faults.at[0]), int(faults.at[-1])
    option = {
        "animation": False,
        "useUTC": True,
        "grid": {"left": 8, "right": 16, "top": 48, "bottom": 8, "containLabel": True},
        "legend": {"type": "scroll", "top": 0, "textStyle": {"color": palette.muted}},
        "tooltip": {"trigger": "item"},
        "xAxis": {
            "type": "time",
            "min": since,
            "max": until,
            "axisLabel": {"color": palette.muted},
        },
        "yAxis": {
            "type": "value",
            "name": "events",
            "minInterval": 1,
            "axisLabel": {"color": palette.muted},
            "splitLine": {"lineStyle": {"color": palette.rule}},
        },
        "series": series,
    }
    total = count(round(sum(totals.values())), "event")
    return Chart(option, alt=f"{total} from {instant(since)} to {instant(until)}", height=260)


def _colours(palette: Palette) -> tuple[str, ...]:
    return (
        palette.bad,
        palette.heat[2],
        palette.before,
        palette.measured,
        palette.good,
        palette.muted,
    )
