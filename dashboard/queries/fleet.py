"""Which series there are, and how many of them still report."""

from dataclasses import dataclass

from dashboard.queries.window import Window
from reinfra.model import MINUTE, SECOND, SeriesKey
from reinfra.signals import find
from reinfra.store import Selector, Store, Stored, anomalies, grades
from reinfra.store.anomalies import StoredAnomaly

_TOLERATED = 3  # intervals without a sample before a series counts as silent
_LEAST = 15 * MINUTE


@dataclass(frozen=True, slots=True)
class Reporting:
    """`reporting` of `expected` series have a recent sample; `unexpected` ones have no rhythm to be late by."""

    series: int
    expected: int
    reporting: int

    @property
    def share(self) -> float:
        return self.reporting / self.expected if self.expected else float("nan")


def fleet(store: Store) -> tuple[Stored, ...]:
    return tuple(store.series(Selector()))


def found(store: Store, window: Window) -> tuple[StoredAnomaly, ...]:
    with store.reading() as connection:
        return tuple(anomalies.between(connection, window.since, window.until))


def has_grades(store: Store) -> bool:
    """Whether answers were graded; cheap, where the figures made from grades are not."""
    with store.reading() as connection:
        return bool(grades.listing(connection))


def reporting(series: tuple[Stored, ...], at: int) -> Reporting:
    """Of the series that the registry expects samples of, those that had one within three intervals."""
    paces = [(stored, _pace(stored.key)) for stored in series]
    expected = [(stored, pace) for stored, pace in paces if pace is not None]
    recent = sum(stored.last_at >= at - pace for stored, pace in expected)
    return Reporting(len(series), len(expected), recent)


def _pace(key: SeriesKey) -> int | None:
    signal = find(key.metric)
    if signal is None or signal.cadence is None:
        return None
    return max(round(_TOLERATED * signal.cadence * SECOND), _LEAST)
