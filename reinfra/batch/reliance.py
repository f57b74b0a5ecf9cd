"""How far the promised rate of false alarms can be relied on, fleet by fleet, as reports and pages show it."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select

from detectors.calibration.confidence import Confidence, Strength
from detectors.calibration.state import HEAD
from detectors.threshold import confidence
from reinfra.store import Store
from reinfra.store.schema import detector_state, series


@dataclass(frozen=True, slots=True)
class Reliance:
    """Of the thresholds of one detector on one metric: like series that have one, and the series-weeks behind."""

    detector: str
    metric: str
    series: int
    weeks: float
    strength: Strength
    note: str


def reliances(found: Mapping[tuple[str, str], Confidence]) -> tuple[Reliance, ...]:
    """By detector and metric."""
    return tuple(
        Reliance(*fleet, one.series, one.weeks, one.strength, one.note)
        for fleet, one in sorted(found.items())
    )


def stored(store: Store) -> tuple[Reliance, ...]:
    """As the last runs left it. Items of more than a thousand series are taken for one fleet here."""
    c = detector_state.c
    head = func.substr(c.level_near, 1, HEAD.itemsize)
    query = select(c.detector, series.c.metric, head).join(series, series.c.id == c.series_id)
    heads: dict[tuple[str, str], list[bytes]] = defaultdict(list)
    with store.reading() as connection:
        for name, metric, each in connection.execute(query.where(c.level_near.is_not(None))):
            heads[name, metric].append(bytes(each))
    return reliances({fleet: confidence(states) for fleet, states in heads.items()})
