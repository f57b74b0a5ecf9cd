"""The explorer's tables: what was found, the samples as CSV, and what a detector would have flagged."""

from collections.abc import Sequence

import pandas as pd

from dashboard.format import instant
from dashboard.queries.evidence import Evidence
from dashboard.text import cell
from reinfra.model import ORIGIN_LABEL, Anomaly, SeriesKey
from reinfra.signals.wording import amount, duration, signal_name
from reinfra.store import Stored

DERIVED = "derived"


def matches(found: Sequence[Stored]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "signal": cell(signal_name(one.key), 80),
            "labels": cell(labels(one.key), 240),
            "unit": cell(one.key.unit, 30),
            "source": cell(one.source, 80),
            "from (UTC)": instant(one.first_at),
            "to (UTC)": instant(one.last_at),
        }
        for one in found
    )


def labels(key: SeriesKey) -> str:
    """Of a series without the origin, which the banner says."""
    return ", ".join(f"{name}={value}" for name, value in key.labels if name != ORIGIN_LABEL)


def samples(found: Evidence) -> pd.DataFrame:
    """Every point of the chart's data in base units, an empty cell where there was no sample."""
    columns = {
        "time": [pd.Timestamp(at, unit="ms", tz="UTC").isoformat() for at in found.times.tolist()],
        "value": found.measured,
        "low": found.low,
        "high": found.high,
        "before": found.before,
    }
    frame = pd.DataFrame(columns)
    return frame.dropna(axis="columns", how="all") if len(frame) else frame


def flagged(found: Sequence[Anomaly]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "from (UTC)": instant(one.since),
            "for": duration(one.until - one.since),
            "seen": amount(one.key, one.value),
            "score / threshold": round(one.score / one.threshold, 1) if one.threshold else None,
            "why": cell(one.reason, 400),
        }
        for one in found
    )
