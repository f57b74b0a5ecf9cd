"""The share of series outside their band, by scope and time."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd

from dashboard.charts import Chart
from dashboard.palette import Palette
from dashboard.queries.rates import Rates
from dashboard.text import plain
from reinfra.model import DAY

MOST_SCOPES = 24
_ROW = 20
_FRAME = 110


def heatmap(rates: Rates, palette: Palette) -> Chart:
    """One cell per scope and bucket; a cell without any sample stays empty."""
    shown = rates.worst_first(MOST_SCOPES)
    left_out = len(rates.scopes) - len(shown.scopes)
    return Chart(
        _option(cells(shown), _names(shown), _times(shown), palette),
        alt=_alt(shown),
        height=_FRAME + _ROW * max(len(shown.scopes), 4),
        note=f"{len(shown.scopes)} of {len(rates.scopes):,} scopes: the worst, then those with most samples."
        if left_out
        else "",
    )


def cells(rates: Rates) -> pd.DataFrame:
    """The rows behind the chart, in the order that a selection's index counts them."""
    row, column = np.nonzero(~np.isnan(rates.share))
    times, names = np.array(_times(rates), object), np.array(_names(rates), object)
    percent = np.round(100 * rates.share[row, column], 1)
    return pd.DataFrame(
        {
            "time": times[column],
            "scope": names[row],
            "outside band": percent,
            "since": rates.edges[column],
            "until": rates.edges[column + 1],
            "which": np.array(rates.scopes, object)[row],
        }
    )


def _option(
    frame: pd.DataFrame, names: list[str], times: list[str], palette: Palette
) -> dict[str, object]:
    most = float(frame["outside band"].max()) if len(frame) else 1.0
    axis = {"axisLabel": {"color": palette.muted}, "axisTick": {"show": False}}
    return {
        "animation": False,
        "grid": {"left": 8, "right": 12, "top": 8, "bottom": 64, "containLabel": True},
        "tooltip": {
            "formatter": "{@scope}<br/>{@time} UTC<br/>{@outside band} % outside their band"
        },
        "xAxis": {"type": "category", "data": times, **axis},
        "yAxis": {
            "type": "category",
            "data": names,
            "inverse": True,
            "axisLabel": {
                "color": palette.muted,
                "width": 170,
                "overflow": "truncate",
                "interval": 0,
            },
            "axisTick": {"show": False},
        },
        "visualMap": {
            "min": 0,
            "max": max(most, 1.0),
            "dimension": "outside band",
            "orient": "horizontal",
            "left": "center",
            "bottom": 0,
            "itemHeight": 160,
            "text": [f"{most:.0f} %", "0 %"],
            "textStyle": {"color": palette.muted},
            "inRange": {"color": list(palette.heat)},
        },
        "dataset": {"source": frame[["time", "scope", "outside band"]]},
        "series": [
            {
                "type": "heatmap",
                "encode": {"x": "time", "y": "scope", "value": "outside band"},
                "selectedMode": "single",
                "select": {"itemStyle": {"borderColor": palette.ink, "borderWidth": 2}},
            }
        ],
    }


def _times(rates: Rates) -> list[str]:
    """Every bucket's beginning; distinct, because an axis of categories is keyed by its text."""
    form = "%m-%d %H:%M" if rates.edges[-1] - rates.edges[0] > DAY else "%H:%M"
    return [datetime.fromtimestamp(at / 1000, UTC).strftime(form) for at in rates.edges[:-1]]


def _names(rates: Rates) -> list[str]:
    """Scopes as shown, made distinct where two of them read the same."""
    seen: dict[str, int] = {}
    names = []
    for scope in rates.scopes:
        name = plain(scope, 60) or "(none)"
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return names


def _alt(rates: Rates) -> str:
    if not rates.scopes or np.isnan(rates.share).all():
        return "Heat map without any sample"
    row, _ = np.unravel_index(int(np.nanargmax(rates.share)), rates.share.shape)
    worst = plain(rates.scopes[row], 60)
    return f"Heat map of {len(rates.scopes)} scopes; highest share {np.nanmax(rates.share):.0%} in {worst}"
