"""One series with its expected band, the strange stretches shaded, and how it was before."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
import pandas as pd

from dashboard.charts import Chart
from dashboard.format import instant
from dashboard.palette import Palette
from dashboard.queries.evidence import Evidence
from dashboard.text import plain
from reinfra.model import Anomaly, Kind, SeriesKey
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
    stretches = [(one.since, one.until) for one in anomalies]
    shown = Shown(anomalies[0].key, stretches, _alt(anomalies, found), before)
    return series_chart(found, shown, palette, limit)


@dataclass(frozen=True, slots=True)
class Shown:
    """What is drawn of a series: strange stretches are shaded, `before` names the compared stretch and
    `band` what the band is ("": there is none).
    """

    key: SeriesKey
    stretches: Sequence[tuple[int, int]]
    alt: str
    before: str = ""
    band: str = "expected"


def series_chart(found: Evidence, shown: Shown, palette: Palette, limit: int = LIMIT) -> Chart:
    key = shown.key
    signal = find(key.metric)
    peak = float(np.nanmax(np.abs(found.measured))) if np.isfinite(found.measured).any() else 0.0
    chosen = scale(peak, key.unit, signal.family if signal else "")
    kept = keep(found.measured, found.outside | inside(found.times, shown.stretches), limit)
    frame = _frame(found, chosen, shown).iloc[kept.rows]
    unit = plain(chosen.unit, 30)
    if key.kind in {Kind.COUNTER, Kind.HISTOGRAM, Kind.PERIOD_COUNT}:
        unit = f"{unit} per {duration(found.step)}"
    return Chart(
        _option(frame, shown, palette, unit),
        alt=shown.alt,
        height=380,
        note="; ".join(filter(None, (kept.note, _EXPIRED if found.rolled else ""))),
    )


def _frame(found: Evidence, chosen: Scale, shown: Shown) -> pd.DataFrame:
    """Columns in the chart's unit; the last ones are the tooltip's lines, as text."""
    values, low, high, earlier = (
        column / chosen.divisor for column in (found.measured, found.low, found.high, found.before)
    )
    unit, before = plain(chosen.unit, 30), shown.before
    return pd.DataFrame(
        {
            "at": found.times,
            "value": values,
            "low": low,
            "reach": high - low,
            "before": earlier,
            "time (UTC)": [instant(int(at)) for at in found.times],
            "measured": [_said("measured", unit, value) for value in values],
            "band": [_said(shown.band, unit, *pair) for pair in zip(low, high, strict=True)],
            "compared": [_said(before, unit, value) if before else "" for value in earlier],
        }
    )


def _said(what: str, unit: str, *values: float) -> str:
    if not np.isfinite(values).all():
        return f"{what}: no sample" if len(values) == 1 else f"{what}: unknown"
    return f"{what}: {' to '.join(number(float(value)) for value in values)} {unit}".rstrip()


def _option(frame: pd.DataFrame, shown: Shown, palette: Palette, unit: str) -> dict[str, object]:
    before, band = shown.before, shown.band
    legend = ["measured", *([_band(band)] if band else []), *([before] if before else [])]
    lines = [
        "time (UTC)",
        "measured",
        *(["band"] if band else []),
        *(["compared"] if before else []),
    ]
    return {
        "animation": False,
        "useUTC": True,
        "grid": {"left": 8, "right": 16, "top": 64, "bottom": 56, "containLabel": True},
        "legend": {"data": legend, "top": 0, "textStyle": {"color": palette.muted}},
        "tooltip": {
            "trigger": "axis",
            "formatter": "<br/>".join(f"{{@{line}}}" for line in lines),
        },
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
        "series": _series(shown, palette),
    }


def _band(name: str) -> str:
    return f"{name} band"


def _series(shown: Shown, palette: Palette) -> list[dict[str, object]]:
    """The measured line comes first: the zoom slider previews the first series."""
    line = {"type": "line", "showSymbol": False, "connectNulls": False}
    areas = [[{"xAxis": since}, {"xAxis": until}] for since, until in shown.stretches]
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
    low = {**edge, "name": f"{shown.band} low", "encode": {"x": "at", "y": "low"}}
    reach = {
        **edge,
        "name": _band(shown.band),
        "encode": {"x": "at", "y": "reach"},
        "areaStyle": {"color": palette.band},
    }
    earlier = {
        **line,
        "name": shown.before,
        "encode": {"x": "at", "y": "before"},
        "lineStyle": {"width": 1.2, "type": "dotted", "color": palette.before},
        "itemStyle": {"color": palette.before},
        "z": 3,
    }
    bands = [low, reach] if shown.band else []
    return [measured, *bands, *([earlier] if shown.before else [])]


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
