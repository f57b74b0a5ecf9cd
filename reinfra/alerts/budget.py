"""How many pages a week stricter thresholds would have brought: what was found, grouped again without the faint.

A page is an incident that opens, to whoever hears of incidents. What thresholds kept out is not stored, so
only stricter ones can be tried.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from reinfra.alerts.grouping import group
from reinfra.alerts.rules import Rules
from reinfra.model import DAY, Transition
from reinfra.store.anomalies import StoredAnomaly

_WEEK = 7 * DAY
_SURE = 0.95


@dataclass(frozen=True, slots=True)
class Pages:
    """`opened` incidents in `weeks`, at thresholds that hold `false_alarms` per series and week."""

    false_alarms: float
    opened: int
    weeks: float

    @property
    def per_week(self) -> float:
        return self.opened / self.weeks

    @property
    def interval(self) -> tuple[float, float]:
        """95 %, exact for a Poisson count (Garwood, Biometrika 1936): incidents that cause no others."""
        from scipy.stats import chi2

        tail = (1 - _SURE) / 2
        low = float(chi2.ppf(tail, 2 * self.opened)) / 2 if self.opened else 0.0
        high = float(chi2.ppf(1 - tail, 2 * self.opened + 2)) / 2
        return low / self.weeks, high / self.weeks


def replay(
    found: Iterable[StoredAnomaly],
    span: tuple[int, int],
    settings: Sequence[tuple[float, Callable[[StoredAnomaly], bool]]],
    rules: Rules,
) -> list[Pages]:
    """Pages in `[since, until)` for each setting: its rate of false alarms, and which anomalies it lets pass."""
    since, until = span
    fresh = [replace(one, incident_id=None) for one in found if since <= one.found.since < until]
    weeks = (until - since) / _WEEK
    return [
        Pages(rate, _opened([one for one in fresh if passes(one)], until, rules), weeks)
        for rate, passes in settings
    ]


def within(lines: Sequence[Pages], pages_per_week: float) -> Pages | None:
    """The most sensitive setting that would have kept to the budget; None where none would."""
    kept = [one for one in lines if one.per_week <= pages_per_week]
    return max(kept, key=lambda one: one.false_alarms, default=None)


def _opened(found: list[StoredAnomaly], until: int, rules: Rules) -> int:
    changes = group(found, (), until, rules)
    return sum(event.kind is Transition.OPENED for change in changes for event in change.events)
