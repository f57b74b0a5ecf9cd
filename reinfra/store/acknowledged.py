"""Stretches of series that people took for real trouble: no thresholds are learned from them."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, exists, select

from reinfra.model import Transition
from reinfra.store.incidents import NOT_USEFUL
from reinfra.store.schema import anomaly, incident, transition

Stretch = tuple[int, int]

_SEEN = exists().where(
    transition.c.incident_id == incident.c.id, transition.c.kind == Transition.ACKNOWLEDGED
)
_QUERY = (
    select(anomaly.c.series_id, anomaly.c.since, anomaly.c.until)
    .join(incident, incident.c.id == anomaly.c.incident_id)
    .where(
        anomaly.c.until >= bindparam("earliest"),
        incident.c.feedback.is_not(None) | _SEEN,
        incident.c.feedback.is_(None) | (incident.c.feedback != NOT_USEFUL),
    )
    .order_by(anomaly.c.series_id, anomaly.c.since)
)


def stretches(
    connection: Connection, series: Sequence[int], earliest: int
) -> dict[int, list[Stretch]]:
    """By series id `(since, until)` of the anomalies of incidents that somebody acknowledged or judged.

    Useful and expected ones are real; what somebody called not useful is how the series is, and is left out here.
    Those that ended before `earliest` are left out too.
    """
    wanted = set(series)
    found: dict[int, list[Stretch]] = defaultdict(list)
    for series_id, since, until in connection.execute(_QUERY, {"earliest": earliest}):
        if series_id in wanted:
            found[series_id].append((since, until))
    return dict(found)
