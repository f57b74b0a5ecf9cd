"""Which instants are asked for at once, and at which period CloudWatch still has them.

Values of less than a minute are kept for 3 hours, of a minute for 15 days, of 5 minutes for 63 days, of an
hour for 455 days (API reference of GetMetricData).
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from reinfra.model import DAY, HOUR, SECOND

KEPT = 455 * DAY
_TIERS = ((3 * HOUR, 1), (15 * DAY, 60), (63 * DAY, 300), (KEPT, 3600))
"""Up to which age, in ms, values with this period, in seconds, are kept."""


@dataclass(frozen=True, slots=True)
class Span:
    """[since, until) in ms, throughout which values with periods of whole `tier`s, in seconds, are kept.

    `again` ms before it, or one period where that is longer, are read once more.
    """

    since: int
    until: int
    tier: int
    again: int = 0

    def period(self, wanted: int) -> int:
        return math.lcm(wanted, self.tier)

    def bounds(self, period: int) -> tuple[int, int] | None:
        """First instant and the one after the last, in ms; None where no period ends in this span.

        Values are named by their period's beginning, and only whole periods are read. So what neighbouring
        spans give fits together without gap or overlap.
        """
        step = period * SECOND
        begin, end = self.since // step * step, self.until // step * step
        if begin == end:
            return None
        again = max(self.again, step) if self.again else 0
        return (self.since - again) // step * step, end


def spans(since: int, until: int, longest: int, finest: int, again: int = 0) -> Iterator[Span]:
    """[since, until) in pieces of at most `longest` ms, oldest first; `until` is the present.

    `finest` seconds divide every period that is wanted; `again` belongs to the first piece. What is older than
    CloudWatch keeps anything is left out. Pieces end on whole hours where the tier changes, because all
    periods nest in hours.
    """
    begin = max(since, _on_the_hour(until - KEPT))
    ages = {tier if finest % tier else 1: age for age, tier in _TIERS}
    ends = [until, *(_on_the_hour(until - age) for age in ages.values())]
    for end, tier in reversed(list(zip(ends, ages, strict=False))):
        while begin < min(end, until):
            stop = min(begin + longest, end)
            yield Span(begin, stop, tier, again)
            begin, again = stop, 0


def _on_the_hour(at: int) -> int:
    """The next whole hour: what is only just kept may be gone by the time it is asked for."""
    return (at // HOUR + 1) * HOUR
