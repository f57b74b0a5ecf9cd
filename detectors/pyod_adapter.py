"""Any PyOD detector, named in the configuration: windows of a series -> PyOD -> scores of its samples."""

import importlib
import inspect
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from detectors.base import DetectorError, Floats, Scores, readable
from reinfra.model import InputError, SeriesBlock

PREFIX = "pyod:"


@dataclass(frozen=True, slots=True)
class PyodDetector:
    """Not causal: `algorithm` ("KNN", "IForest", ...) is fitted on all windows of a series and scores them.

    A window's mean is taken off, its spread is kept. A sample's score is the mean over the windows that
    cover it. Windows with a gap or a NaN in them are left out; a sample that no whole window covers
    is not scored, and neither is a series with fewer than `least_windows` of them. Scores are PyOD's,
    on a different scale for each algorithm and series, moved so that the calmest window has 0.
    """

    algorithm: str
    window: int = 32
    least_windows: int = 100
    seed: int = 0
    causal: bool = field(default=False, init=False)
    alone: bool = field(default=True, init=False)
    limit: float | None = field(default=None, init=False)

    @property
    def name(self) -> str:
        return PREFIX + self.algorithm

    def score(self, block: SeriesBlock) -> Scores:
        scores = Scores.unscored(block.values.shape)
        model = _algorithm(self.algorithm)
        for row, x in enumerate(readable(block)):
            if x.size >= self.window:
                scores.values[row] = self._score_one(model, x)
        return scores

    def _score_one(self, model: type[Any], x: Floats) -> Floats:
        windows = sliding_window_view(x, self.window)
        whole = np.flatnonzero(np.isfinite(windows).all(axis=1))
        if whole.size < self.least_windows:
            return np.full(x.size, np.nan)
        centred = windows[whole] - windows[whole].mean(axis=1, keepdims=True)
        flat = np.ptp(centred) == 0  # some algorithms divide by a spread, which is 0 here
        strangeness = np.zeros(whole.size) if flat else self._strangeness(model, centred)
        return _spread(strangeness, whole, self.window, x.size)

    def _strangeness(self, model: type[Any], windows: Floats) -> Floats:
        """One score per window, from 0 up."""
        try:
            takes_seed = "random_state" in inspect.signature(model).parameters
            seeded = {"random_state": self.seed} if takes_seed else {}
            fitted = model(**seeded).fit(windows)
        except (ValueError, TypeError, ArithmeticError, np.linalg.LinAlgError) as error:
            raise DetectorError(
                "PyOD could not score a series", where=self.name, why=str(error)
            ) from error
        strangeness: Floats = np.nan_to_num(np.asarray(fitted.decision_scores_, np.float64))
        lowest: Floats = strangeness - strangeness.min()
        return lowest


def _spread(strangeness: Floats, starts: NDArray[np.intp], window: int, size: int) -> Floats:
    """The mean over the windows that cover a sample; NaN where there are none."""
    edges = np.zeros((2, size + 1))
    for row, amount in enumerate((strangeness, np.ones(starts.size))):
        np.add.at(edges[row], starts, amount)
        np.subtract.at(edges[row], starts + window, amount)
    total, count = edges.cumsum(axis=1)[:, :size]
    mean: Floats = np.divide(total, count, out=np.full(size, np.nan), where=count > 0)
    return mean


def _algorithm(name: str) -> type[Any]:
    try:
        found: type[Any] = getattr(importlib.import_module(f"pyod.models.{name.lower()}"), name)
    except (ImportError, AttributeError) as error:
        raise InputError(
            f"PyOD has no detector {name!r} that can be loaded here",
            where=PREFIX + name,
            why=str(error),
            todo="Name one as PyOD writes it: pyod:KNN, pyod:IForest, pyod:LOF",
        ) from error
    return found
