"""Level shifts: stretches of hours that lie together away from the same hours of the days before."""

from dataclasses import dataclass, field

import numpy as np

from detectors.base import Floats, Scores
from detectors.drift import counterfactual
from detectors.medians import Medians, median, quantile
from reinfra.model import DAY, HOUR, SeriesBlock
from reinfra.signals import wording

_SHARE, _SHARE_OF_NORMAL = 0.9, 1.645  # 90 % of normal values lie within 1.645 standard deviations
_REFERENCE_DAYS, _LEAST_REFERENCES = 7, 3
_LEAST_RELATIVE = 1e-3  # a shift by 0.1 % of a series' level is never big


@dataclass(frozen=True, slots=True)
class Shift:
    """How far the last `confirm` stretches of `stretch` ms are off, the nearest of them, all to the same side.

    A stretch's median is compared with those of the same time on the last seven days; the 90 % quantile of
    that difference over the `memory` before is the unit, so that neither resemblance of neighbouring samples nor
    weekends make it small. A shift is seen `confirm` to `confirm + 1` stretches after it began; it is over
    when it has become usual, after one to four days. `expected` is the sample less the shift. Nothing is scored
    before six days. Above `limit` lie at most 0.03 episodes per series and week without a shift (measured:
    autoregressive noise of 10 minutes to 3 days, heavy tails, days and weekends).
    """

    stretch: int = 2 * HOUR
    confirm: int = 2
    memory: int = 14 * DAY
    least: int = 3 * DAY
    name: str = field(default="shift", init=False)
    causal: bool = field(default=True, init=False)
    alone: bool = field(default=True, init=False)
    limit: float | None = field(default=3.5, init=False)

    def score(self, block: SeriesBlock) -> Scores:
        levels = Medians.take(block, self.stretch)
        away = self._away(levels)
        score, moved = np.full((2, *away.shape), np.nan)
        for last in range(self.confirm - 1, away.shape[1]):
            score[:, last], moved[:, last] = self._confirmed(levels, away, last)
        return counterfactual(block, levels.spread(score), levels.spread(moved))

    def explain(self, block: SeriesBlock, row: int, column: int) -> str:
        """One sentence on a sample's score."""
        key = block.keys[row]
        levels = Medians.take(block.select(np.array([row])), self.stretch)
        last = int(levels.of[column]) - 1
        _, moved = self._confirmed(levels, self._away(levels), last)
        now = float(levels.values[0, last])
        way = "higher" if moved[0] > 0 else "lower"
        span = wording.duration(self.confirm * levels.length)
        return (
            f"{wording.signal_name(key)} has been {way} for {span}: {wording.amount(key, now)} lately, "
            f"at least {wording.amount(key, abs(float(moved[0])))} off what the days before had at that time"
        )

    @staticmethod
    def _away(levels: Medians) -> Floats:
        """`[series, stretch]`: each stretch less the median of that time on the last seven days."""
        a_day = max(1, round(DAY / levels.length))
        before = np.full((_REFERENCE_DAYS, *levels.values.shape), np.nan)
        for number in range(_REFERENCE_DAYS):
            back = (number + 1) * a_day
            before[number, :, back:] = levels.values[:, :-back]
        usual = median(np.moveaxis(before, 0, -1), _LEAST_REFERENCES)
        away: Floats = levels.values - usual
        return away

    def _confirmed(self, levels: Medians, away: Floats, last: int) -> tuple[Floats, Floats]:
        """Score and size of the shift that the stretches up to `last` show; 0 where they are of two minds."""
        first = last - self.confirm + 1
        memory, least = round(self.memory / levels.length), round(self.least / levels.length)
        past = away[:, max(0, first - memory) : max(0, first)]
        usual = quantile(np.abs(past), _SHARE, max(least, 2))
        floor = _LEAST_RELATIVE * np.abs(levels.values[:, last])
        usual = np.maximum(np.maximum(usual / _SHARE_OF_NORMAL, floor), 1e-12)
        lately = away[:, first : last + 1]
        agreed = np.abs(np.sign(lately).sum(axis=1)) == self.confirm
        least_moved = np.abs(lately).min(axis=1)
        moved = np.where(agreed, np.sign(lately[:, -1]) * least_moved, least_moved * 0.0)
        return np.abs(moved) / usual, moved
