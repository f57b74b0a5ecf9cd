"""How far a promise can be relied on, in words that a page can show."""

import enum
from dataclasses import dataclass

FIRM_FROM = 10
"""Like series from which on the promise was measured to hold; with fewer, what is learned of one helps few."""

_FIRM_WEEKS = 10.0


class Strength(enum.StrEnum):
    FIRM = "firm"
    WEAKER = "weaker"
    COLD = "cold"


@dataclass(frozen=True, slots=True)
class Confidence:
    """Of one fleet: `series` of it have thresholds of their own, from `weeks` series-weeks of scores."""

    series: int
    weeks: float

    @property
    def strength(self) -> Strength:
        if not self.series:
            return Strength.COLD
        firm = self.series >= FIRM_FROM and self.weeks >= _FIRM_WEEKS
        return Strength.FIRM if firm else Strength.WEAKER

    @property
    def note(self) -> str:
        """One sentence; empty where the promise is firm."""
        if self.strength is Strength.COLD:
            return "No series has been scored for long enough to have a threshold."
        if self.strength is Strength.FIRM:
            return ""
        return (
            f"{self.series} like series with {self.weeks:.1f} series-weeks of scores: with fewer than "
            f"{FIRM_FROM} of each, false alarms may come two or three times as often as promised."
        )

    @property
    def reservation(self) -> str:
        """A few words for the reason of an anomaly; empty where the promise is firm."""
        if self.strength is not Strength.WEAKER:
            return ""
        if self.series < FIRM_FROM:
            return f"its threshold is learned from {self.series} like series only"
        return f"its threshold is learned from {self.weeks:.1f} series-weeks only"
