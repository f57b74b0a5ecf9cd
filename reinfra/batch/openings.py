"""What may go on: the last anomaly of each series that a detector found, where it reaches far enough."""

from reinfra.batch.task import Task
from reinfra.model import Anomaly
from reinfra.store import Store, anomalies

_EVER = 2**62


def latest(store: Store, task: Task, detector: str, since: int) -> dict[int, Anomaly]:
    """By series id the last one that reaches `since`; none for a run that begins anew."""
    if not task.goes_on:
        return {}
    with store.reading() as connection:
        reaching = anomalies.between(connection, since, _EVER)
    return {one.series_id: one.found for one in reaching if one.found.detector == detector}
