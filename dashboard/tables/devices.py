"""The accelerators' tables: faults, throttling, and devices beside their siblings."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from dashboard.format import instant, percent
from dashboard.queries.device_faults import Fault, Throttled
from dashboard.queries.device_peers import Peers
from dashboard.queries.devices import Stage
from dashboard.text import cell
from reinfra.signals.wording import UNKNOWN, amount, number, signal_name

MOST_FAULTS = 300


def stages(found: Sequence[Stage]) -> pd.DataFrame:
    total = found[0].value
    return pd.DataFrame(
        {
            "stage": one.name,
            "devices": number(one.value),
            "share of all": percent(one.value / total if total else float("nan")),
            "known for": percent(one.known),
            "what is missing": cell(one.why),
        }
        for one in found
    )


def faults(found: Sequence[Fault]) -> pd.DataFrame:
    """The newest `MOST_FAULTS`."""
    return pd.DataFrame(
        {
            "in the step from (UTC)": instant(one.at),
            "host": cell(one.device[0]),
            "device": cell(one.device[1]),
            "what": cell(one.kind),
            "count": one.count,
            "the maker says": cell(one.todo),
        }
        for one in found[:MOST_FAULTS]
    )


def throttling(found: Sequence[Throttled]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "reason": cell(one.reason),
            "devices": f"{one.devices:,} of {one.watched:,}",
            "share of their time": percent(one.share),
        }
        for one in found
    )


def peers(found: Peers) -> pd.DataFrame:
    """What each device has, and the median of its siblings; the last column is where it is farthest apart."""
    columns: dict[str, list[str]] = {"device": [cell(device) for device in found.devices]}
    for one in found.signals:
        columns[cell(signal_name(one.key), 60)] = [
            f"{amount(one.key, own)} (siblings {amount(one.key, others)})"
            if np.isfinite(own)
            else UNKNOWN
            for own, others in zip(one.own.tolist(), one.siblings.tolist(), strict=True)
        ]
    columns["farthest apart"] = [_apart(found, row) for row in range(len(found.devices))]
    return pd.DataFrame(columns)


def _apart(found: Peers, row: int) -> str:
    best, name = 0.0, ""
    for one in found.signals:
        own, siblings = float(one.own[row]), float(one.siblings[row])
        apart = (own - siblings) / abs(siblings) if siblings else float("nan")
        if np.isfinite(apart) and abs(apart) > abs(best):
            best, name = apart, signal_name(one.key)
    return f"{cell(name, 60)} {best:+.0%}" if name else ""
