"""Two rules that people write first: far from the mean, or far from the median, of the last day."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from detectors.base import HIGHEST, Floats, Scores
from detectors.ridge import MAD_TO_SIGMA
from reinfra.model import DAY, SeriesBlock

_LEAST_RELATIVE = 1e-3  # as for our own detectors, a change of 0.1 % is never big


@dataclass(frozen=True, slots=True)
class RollingSigma:
    """Distance from the mean of the day before, in its standard deviations."""

    name: str = field(default="rolling mean, 3 sigma", init=False)
    causal: bool = field(default=True, init=False)
    alone: bool = field(default=True, init=False)
    limit: float | None = field(default=None, init=False)

    def score(self, block: SeriesBlock) -> Scores:
        past = _past(block)
        return _scored(block, past.mean(), past.std())


@dataclass(frozen=True, slots=True)
class RollingMad:
    """Distance from the median of the day before, in its scaled median absolute deviations."""

    name: str = field(default="rolling median, 8 MAD", init=False)
    causal: bool = field(default=True, init=False)
    alone: bool = field(default=True, init=False)
    limit: float | None = field(default=None, init=False)

    def score(self, block: SeriesBlock) -> Scores:
        past = _past(block)
        deviation = past.apply(_median_deviation, raw=True)
        return _scored(block, past.median(), MAD_TO_SIGMA * deviation)


def _past(block: SeriesBlock) -> "pd.api.typing.Rolling[pd.DataFrame]":
    """The day before each sample, one series per column; half of it may be missing."""
    day = round(DAY / block.step)
    return pd.DataFrame(_values(block).T).shift().rolling(day, min_periods=day // 2)


def _values(block: SeriesBlock) -> Floats:
    return block.values  # noqa: PD011 - a block's, not a frame's


def _median_deviation(window: Floats) -> float:
    return float(np.nanmedian(np.abs(window - np.nanmedian(window))))


def _scored(block: SeriesBlock, centre: pd.DataFrame, spread: pd.DataFrame) -> Scores:
    expected = centre.to_numpy().T
    least = np.maximum(_LEAST_RELATIVE * np.abs(expected), 1e-12)
    miss = np.abs(_values(block) - expected)
    scale = np.maximum(np.maximum(spread.to_numpy().T, least), miss / HIGHEST)
    return Scores(miss / scale, np.where(np.isnan(miss), np.nan, expected), scale)
