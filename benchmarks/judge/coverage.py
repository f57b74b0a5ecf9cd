"""How often an interval holds the human truth: a recorded set is the world, samples are drawn from it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from judge.columns import Columns
from judge.statistics import Estimate, mean_interval, ppi_mean
from judge.statistics.estimate import Clusters, Values

RESAMPLES, VERDICTS, LABELS = 500, 1_000, 100

Interval = Callable[[Values, Values, Clusters | None], Estimate]
INTERVALS: dict[str, Interval] = {
    "naive": lambda score, _human, _clusters: mean_interval(score),
    "labels only": lambda _score, human, clusters: mean_interval(human, clusters),
    "PPI++": ppi_mean,
}


@dataclass(frozen=True, slots=True)
class Coverage:
    """The share of samples whose interval holds the truth; one without an interval holds nothing."""

    share: float
    width: float

    def __str__(self) -> str:
        return f"{100 * self.share:.1f} %, {self.width:.3f}"


def coverages(
    world: Columns, rng: np.random.Generator, resamples: int = RESAMPLES
) -> dict[str, Coverage]:
    """By kind of interval, all from the same samples."""
    truth = float(np.nanmean(world.human))
    found: dict[str, list[Estimate]] = {name: [] for name in INTERVALS}
    for _ in range(resamples):
        sample = drawn(world, rng)
        for name, interval in INTERVALS.items():
            found[name].append(interval(*sample))
    return {name: _coverage(many, truth) for name, many in found.items()}


def drawn(world: Columns, rng: np.random.Generator) -> tuple[Values, Values, Clusters | None]:
    """About VERDICTS verdicts drawn with replacement, whole clusters at a time, LABELS of them with a label."""
    rows, clusters = _rows(world, rng)
    human = np.full(rows.size, np.nan)
    labelled = rng.choice(rows.size, LABELS, replace=False)
    human[labelled] = world.human[rows[labelled]]
    return world.score[rows], human, clusters


def _rows(world: Columns, rng: np.random.Generator) -> tuple[NDArray[np.intp], Clusters | None]:
    size = world.score.size
    if world.clusters is None:
        return rng.choice(size, VERDICTS), None
    names, codes = np.unique(world.clusters, return_inverse=True)
    members = [np.flatnonzero(codes == code) for code in range(names.size)]
    picked = rng.choice(names.size, round(VERDICTS * names.size / size))
    rows = np.concatenate([members[code] for code in picked])
    sizes = [members[code].size for code in picked]
    return rows, np.repeat(np.arange(picked.size), sizes)


def _coverage(estimates: list[Estimate], truth: float) -> Coverage:
    held = np.array([each.low <= truth <= each.high for each in estimates])
    return Coverage(float(held.mean()), float(np.nanmean([each.width for each in estimates])))
