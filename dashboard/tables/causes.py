"""What may have caused an incident, as tables."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from dashboard.format import count, instant
from dashboard.text import cell
from reinfra.alerts.rules import scope
from reinfra.coverage.subjects import named
from reinfra.explain.explain import Explained, Explanation, Nearby
from reinfra.explain.roots import Root
from reinfra.explain.similar import Similar
from reinfra.signals.wording import UNKNOWN, amount, duration, number
from reinfra.store.decisions import Decided


def spread(there: Sequence[Root]) -> pd.DataFrame:
    """Places in the order in which the trouble reached them."""
    return pd.DataFrame(
        {
            "onset (UTC)": instant(one.onset),
            "after the first": duration(one.after) if one.after else "first",
            "what": one.level,
            "where": cell(one.name),
            "signals": cell(", ".join(one.signals)),
            "may explain": cell(", ".join(one.explains)),
            "first seen there": cell(one.reason),
        }
        for one in there
    )


def changes(there: Sequence[Nearby]) -> pd.DataFrame:
    """What changed where the incident was, the nearest in time first."""
    return pd.DataFrame(
        {
            "at (UTC)": instant(one.change.at),
            "when": f"{duration(abs(one.before))} {'before' if one.before >= 0 else 'after'} the onset",
            "where": cell(named(one.change.subject)),
            "what": cell(one.change.name),
            "before": cell(one.change.before, 500),
            "after": cell(one.change.after, 500),
        }
        for one in there
    )


def decisions(there: Sequence[Decided]) -> pd.DataFrame:
    """Who was told, and why others were not; a receiver is empty where no route led to anybody."""
    return pd.DataFrame(
        {
            "decided (UTC)": instant(one.at),
            "receiver": cell(one.receiver or "nobody"),
            "verdict": str(one.verdict),
            "why": cell(one.why, 500),
            "again (UTC)": instant(one.until) if one.until is not None else "",
            "route": cell(one.route),
            "of entry": one.number,
        }
        for one in there
    )


def points(found: Explanation) -> pd.DataFrame:
    """Each anomaly's worst cell against what was expected, and over how long it stands out most."""
    table = pd.DataFrame(_points(one) for one in found.anomalies)
    empty = [name for name in ("channels", "note") if not any(table.get(name, ()))]
    return table.drop(columns=empty, errors="ignore")


def similar(found: Explanation, most: int = 8) -> pd.DataFrame:
    """Earlier episodes like any anomaly of this incident, the most alike first, each once."""
    nearest: dict[int, Similar] = {}
    for one in sorted((each for of in found.anomalies for each in of.similar), key=_apart):
        nearest.setdefault(one.anomaly, one)
    return pd.DataFrame(
        {
            "began (UTC)": instant(one.since),
            "incident": f"/incident?incident=INC-{one.incident}" if one.incident else None,
            "people said": one.feedback or "nothing",
            "distance": round(one.distance, 2),
            "lasted": duration(one.until - one.since) if one.until > one.since else "a moment",
            "detector": cell(one.detector),
            "what": cell(one.reason),
            "series": cell(one.series),
        }
        for one in list(nearest.values())[:most]
    )


def _apart(one: Similar) -> float:
    return one.distance


def _points(one: Explained) -> dict[str, object]:
    found = one.anomaly.found
    stands_out = UNKNOWN
    if one.scale is not None:
        times = number(one.scale.times)
        stands_out = f"{duration(one.scale.length)}, {times} times the usual wandering"
    return {
        "onset (UTC)": instant(found.since),
        "signal": cell(found.key.metric),
        "where": cell(scope(found.key)),
        "detector": cell(found.detector),
        **_worst(one),
        "stands out most over": stands_out,
        "channels": cell(", ".join(f"{each.share:.0%} {each.series}" for each in one.channels[:3])),
        "note": cell(one.why),
    }


def _worst(one: Explained) -> dict[str, str]:
    """Of the cells over the threshold; unknown where samples are gone."""
    shown = dict.fromkeys(("over the threshold", "worst at (UTC)", "seen", "expected"), UNKNOWN)
    if one.points is None or not one.points.over.any():
        return shown
    points, key = one.points, one.anomaly.found.key
    cells = np.flatnonzero(points.over)
    peak = int(cells[np.nanargmax(points.score[cells])])
    over = f"{count(cells.size, 'cell')} of {duration(points.step)}"
    expected = float(points.expected[peak])
    at = int(points.at[peak])  # noqa: PD008 - no frame
    values = over, instant(at), amount(key, float(points.seen[peak]))
    around = amount(key, expected) if np.isfinite(expected) else UNKNOWN
    return dict(zip(shown, (*values, around), strict=True))
