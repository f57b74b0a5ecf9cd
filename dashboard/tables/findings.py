"""What was found: series, onsets, and what became of an incident."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from dashboard.format import instant
from dashboard.queries.incidents import Case
from dashboard.queries.rates import Marks
from dashboard.text import cell
from reinfra.alerts.rules import scope
from reinfra.model import Anomaly
from reinfra.signals.wording import UNKNOWN, amount, duration
from reinfra.store.anomalies import StoredAnomaly
from reinfra.store.notice import excess

_MOST_SERIES = 15


def most_anomalous(marks: Marks, found: Sequence[StoredAnomaly]) -> pd.DataFrame:
    """The series with the largest share of time in anomalies, those without any left out."""
    share = marks.by_series()
    of_series: dict[int, list[StoredAnomaly]] = {}
    for one in found:
        of_series.setdefault(one.series_id, []).append(one)
    order = [row for row in np.argsort(-np.nan_to_num(share), kind="stable") if share[row] > 0]
    rows = [(marks.fleet[row], float(share[row])) for row in order[:_MOST_SERIES]]
    return pd.DataFrame(
        {
            "where": cell(scope(stored.key)),
            "signal": cell(stored.key.metric),
            "share of time": part,
            "anomalies": len(many := of_series.get(stored.id, [])),
            "score / threshold": round(max((excess(one.found) for one in many), default=0.0), 1),
            "latest (UTC)": instant(max((one.found.until for one in many), default=0)),
            "series": cell(str(stored.key)),
        }
        for stored, part in rows
    )


def roots(
    case: Case, trends: list[list[float | None]], shares: Mapping[str, float]
) -> pd.DataFrame:
    """The incident's series by onset; `trends[i]` is the course of `case.roots[i]`, where it was read.

    `shares` are each series' part of how far the incident is out, by its name.
    """
    first = min((one.found.since for one in case.roots), default=0)
    return pd.DataFrame(
        {
            "onset (UTC)": instant(one.found.since),
            "after the first": duration(one.found.since - first),
            "signal": cell(one.found.key.metric),
            "where": cell(scope(one.found.key)),
            "seen": seen(one.found),
            "expected": expected(one.found),
            "score / threshold": round(excess(one.found), 1),
            "share": shares.get(str(one.found.key)),
            "detector": cell(one.found.detector),
            "course": trends[place] if place < len(trends) else [],
            "series": cell(str(one.found.key)),
        }
        for place, one in enumerate(case.roots)
    )


def timeline(case: Case) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "time (UTC)": instant(one.at),
            "what": str(one.kind),
            "by": cell(one.by),
            "comment": cell(one.comment),
        }
        for one in case.timeline
    )


def notifications(case: Case) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "written (UTC)": instant(one.created_at),
            "about": str(one.notice.transition),
            "channel": cell(one.channel),
            "state": str(one.state),
            "sent (UTC)": instant(one.sent_at) if one.sent_at else "",
            "attempts": one.attempts,
            "last error": cell(one.last_error or ""),
        }
        for one in case.messages
    )


def seen(anomaly: Anomaly) -> str:
    return amount(anomaly.key, anomaly.value) if np.isfinite(anomaly.value) else "no value"


def expected(anomaly: Anomaly) -> str:
    low, high = anomaly.expected_low, anomaly.expected_high
    if np.isfinite(low) and np.isfinite(high):
        return f"{amount(anomaly.key, low)} to {amount(anomaly.key, high)}"
    if np.isfinite(low):
        return f"at least {amount(anomaly.key, low)}"
    return f"at most {amount(anomaly.key, high)}" if np.isfinite(high) else UNKNOWN
