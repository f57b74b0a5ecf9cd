"""The one-step forecast error of a robust autoregression, in units of its usual size lately.

A trimmed ridge on the last six values and on those around the same time yesterday; its median
absolute error is the scale, widened up to fourfold while the series is more restless than usual.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from detectors.base import HIGHEST, Floats, Scores, readable
from detectors.ridge import Forecast
from detectors.volatility import volatility
from reinfra.model import DAY, MINUTE, SeriesBlock

_LEAST_FAST, _LEAST_SLOW = 30, 1000


@dataclass(frozen=True, slots=True)
class Autoregression:
    """Causal: refitted whenever a series has grown by `growth`, and each stretch is scored by a fit of its past.

    Nothing is scored before `warm_up` samples. A sample is compared with the last `lags` values and,
    once there are two days of history, with yesterday's. Where one of those is missing it is compared
    with the last `lags` values, then with the last value alone; with that missing too, as for
    the first sample after a gap, it is not scored.
    """

    lags: int = 6
    warm_up: int = 200
    growth: float = 1.5
    fast: int = 180 * MINUTE
    slow: int = 14 * DAY
    name: str = field(default="autoregression", init=False)
    causal: bool = field(default=True, init=False)
    alone: bool = field(default=True, init=False)
    limit: float | None = field(default=None, init=False)

    def score(self, block: SeriesBlock) -> Scores:
        scores = Scores.unscored(block.values.shape)
        for row, x in enumerate(readable(block)):
            self._forecast(x, block.step, scores.expected[row], scores.scale[row])
            miss = np.abs(x - scores.expected[row])
            scored = np.flatnonzero(np.isfinite(miss))
            scale = scores.scale[row, scored]
            scale *= volatility(miss[scored] / scale, *self._spans(block.step))
            scale = np.maximum(scale, miss[scored] / HIGHEST)
            scores.scale[row, scored] = scale
            scores.values[row, scored] = miss[scored] / scale
        return scores

    def _forecast(self, x: Floats, step: int, expected: Floats, scale: Floats) -> None:
        """Fills `expected` and `scale` of one series."""
        models = self._models(step)
        for since, until in self._stretches(x):
            missing = np.isfinite(x[since:until])
            for lags, least_rows in models:
                if not missing.any():
                    break
                model = Forecast.fit(x[:since], lags, least_rows)
                if model is None:
                    continue
                guess = model.expected(x[:until], since)
                filled = missing & np.isfinite(guess)
                expected[since:until][filled] = guess[filled]
                scale[since:until][filled] = model.error
                missing &= ~filled

    def _spans(self, step: int) -> tuple[float, float]:
        """`fast` and `slow` in points, and not so few that a mean over them is mere noise."""
        return max(self.fast / step, _LEAST_FAST), max(self.slow / step, _LEAST_SLOW)

    def _models(self, step: int) -> list[tuple[tuple[int, ...], int]]:
        """Lags and least number of rows of each model, best first."""
        recent = tuple(range(1, self.lags + 1))
        day = round(DAY / step)
        yesterday = (day - 1, day, day + 1)
        daily = [(recent + yesterday, day)] if day - 1 > self.lags else []
        return [*daily, (recent, self.warm_up // 2), ((1,), self.warm_up // 2)]

    def _stretches(self, x: Floats) -> Iterator[tuple[int, int]]:
        """`[since, until)` of every stretch that one fit scores; a fit sees `x[:since]`."""
        seen = np.cumsum(np.isfinite(x))
        need = float(self.warm_up)
        since = int(np.searchsorted(seen, need)) + 1
        while since < x.size:
            need *= self.growth
            until = min(int(np.searchsorted(seen, int(need))) + 1, x.size)
            yield since, until
            since = until
