"""One series with its expected band, the strange stretches shaded, and how it was before."""

from collections.abc import Sequence
from html import escape

import numpy as np
import pandas as pd

from dashboard.charts import Chart
from dashboard.format import instant
from dashboard.palette import Palette
from dashboard.queries.evidence import Evidence
from dashboard.text import plain
from reinfra.model import Anomaly, Kind
from reinfra.signals import find
from reinfra.signals.wording import Scale, duration, number, scale
from reinfra.store.downsample import LIMIT, inside, keep

_EXPIRED = "means of hours: the raw samples have expired, and no band is known for them"


def evidence_chart(
    found: Evidence,
    anomalies: Sequence[Anomaly],
    palette: Palette,
    *,
    before: str = "",
    limit: int = LIMIT,
) -> Chart:
    """`before` names the compared stretch, empty for none. The band is drawn where one is known."""
    key = anomalies[0].key
    signal = find(key.metric)
    peak = float(np.nanmax(np.abs(found.measured))) if np.isfinite(found.measured).any() else 0.0
    chosen = scale(peak, key.unit, signal.family if signal else "")
    stretches = [(one.since, one.until) for one in anomalies]
    kept = keep(found.measured, found.outside | inside(found.times, stretches), limit)
    frame = _frame(found, chosen, before).iloc[kept.rows]
    unit = plain(chosen.unit, 30)
    if key.kind in {Kind.COUNTER, Kind.HISTOGRAM, Kind.PERIOD_COUNT}:
        unit = f"{unit} per {duration(found.step)}"
    return Chart(
        _option(frame, stretches, palette, unit, before),
        alt=_alt(anomalies, found),
        height=380,
        note="; ".join(filter(None, (kept.note, _EXPIRED if found.rolled else ""))),
    )


def _frame(found: Evidence, chosen: Scale, before: str) -> pd.DataFrame:
    """Columns in the chart's unit; the last ones are the tooltip's lines, as text."""
    values, low, high, earlier = (
        column / chosen.divisor for column in (found.measured, found.low, found.high, found.before)
    )
    unit = plain(chosen.unit, 30)
    return pd.DataFrame(
        {
            "at": found.times,
            "value": values,
            "low": low,
            "reach": high - low,
            "before": earlier,
            "time (UTC)": [instant(int(at)) for at in found.times],
            "measured": [_said("measured", unit, value) for value in values],
            "expected": [_said("expected", unit, *pair) for pair in zip(low, high, strict=True)],
            "compared": [_said(before, unit, value) if before else "" for value in earlier],
        }
    )


def _said(what: str, unit: str, *values: float) -> str:
    if not np.isfinite(values).all():
        return f"{what}: no sample" if len(values) == 1 else f"{what}: unknown"
    return f"{what}: {' to '.join(number(float(value)) for value in values)} {unit}".rstrip()


def _option(
    frame: pd.DataFrame,
    stretches: list[tuple[int, int]],
    palette: Palette,
    unit: str,
    before: str,
) -> dict[str, object]:
    shown = ["measured", "expected band", *([before] if before else [])]
    tooltip = "{@time (UTC)}<br/>{@measured}<br/>{@expected}" + (
        "<br/>{@compared}" if before else ""
    )
    return {
        "animation": False,
        "useUTC": True,
        "grid": {"left": 8, "right": 16, "top": 64, "bottom": 56, "containLabel": True},
        "legend": {"data": shown, "top": 0, "textStyle": {"color": palette.muted}},
        "tooltip": {"trigger": "axis", "formatter": tooltip},
        "xAxis": {
            "type": "time",
            "axisLabel": {"color": palette.muted},
            "axisPointer": {"label": {"show": False}},
        },
        "yAxis": {
            "type": "value",
            "name": escape(unit),
            "scale": True,
            "nameTextStyle": {"align": "left", "color": palette.muted},
            "axisLabel": {"color": palette.muted},
            "splitLine": {"lineStyle": {"color": palette.rule}},
        },
        "dataZoom": [
            {"type": "slider", "height": 20, "bottom": 8, "filterMode": "none"},
            {"type": "inside", "filterMode": "none"},
        ],
        "dataset": {"source": frame},
        "series": _series(stretches, palette, before),
    }


def _series(
    stretches: list[tuple[int, int]], palette: Palette, before: str
) -> list[dict[str, object]]:
    """The measured line comes first: the zoom slider previews the first series."""
    line = {"type": "line", "showSymbol": False, "connectNulls": False}
    areas = [[{"xAxis": since}, {"xAxis": until}] for since, until in stretches]
    measured = {
        **line,
        "name": "measured",
        "encode": {"x": "at", "y": "value"},
        "lineStyle": {"width": 1.6, "color": palette.measured},
        "itemStyle": {"color": palette.measured},
        "z": 4,
        "markArea": {"silent": True, "itemStyle": {"color": palette.alarm}, "data": areas},
    }
    edge = {
        **line,
        "stack": "band",
        "stackStrategy": "all",
        "silent": True,
        "lineStyle": {"opacity": 0},
        "itemStyle": {"color": palette.band},
        "z": 2,
    }
    low = {**edge, "name": "expected low", "encode": {"x": "at", "y": "low"}}
    reach = {
        **edge,
        "name": "expected band",
        "encode": {"x": "at", "y": "reach"},
        "areaStyle": {"color": palette.band},
    }
    earlier = {
        **line,
        "name": before,
        "encode": {"x": "at", "y": "before"},
        "lineStyle": {"width": 1.2, "type": "dotted", "color": palette.before},
        "itemStyle": {"color": palette.before},
        "z": 3,
    }
    return [measured, low, reach, *([earlier] if before else [])]


def _alt(anomalies: Sequence[Anomaly], found: Evidence) -> str:
    first = anomalies[0]
    name = plain(str(first.key), 120)
    outside = int(found.outside.sum())
    return (
        f"{name} from {instant(int(found.times[0]))} to {instant(int(found.times[-1]))}; strange from "
        f"{instant(first.since)}; {outside} points outside the expected band"
        if found.times.size
        else f"{name}: no sample in this time"
    )
