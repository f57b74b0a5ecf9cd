"""Several judges as one, each weighted by what people's labels say of it.

A plain majority is not offered: of weak judges who err alike it is worse than the best of them alone. On
LLMBar's adversarial pairs a majority of four was right in 39 % of cases, and one of five judges alone in 80 %.
"""

from dataclasses import dataclass

import numpy as np

from judge.statistics.estimate import Values
from judge.statistics.prediction_powered import LEAST_LABELS
from reinfra.model import InputError

FOLDS = 10
RIDGE = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """`score[i]` is the panel's score of item i, on the labels' scale; NaN where no judge gave a grade.

    Of labelled items it is from weights that were fitted without them, so that it may go into `ppi_mean` as
    any judge's. `weights[j]` is judge j's.
    """

    score: Values
    weights: Values


def fitted_panel(scores: Values, human: Values, generator: np.random.Generator) -> Panel:
    """Weights by ridge regression, cross-fitted over FOLDS.

    `scores[item, judge]` and `human[item]`, NaN not graded. A judge's missing grade counts as its mean.
    Raises InputError below LEAST_LABELS labels: then the best single judge is the better choice.
    """
    labelled = np.flatnonzero(~np.isnan(human))
    if labelled.size < LEAST_LABELS:
        why = f"{labelled.size} human labels, a panel needs {LEAST_LABELS}"
        raise InputError("no weights can be fitted", why=why, todo="Use the best judge alone.")
    graded = ~np.isnan(scores).all(axis=1)
    known = scores[:, ~np.isnan(scores).all(axis=0)]
    means = np.nanmean(known, axis=0)
    design = np.where(np.isnan(known), means, known) - means
    folds = np.array_split(generator.permutation(labelled), FOLDS)
    fits = [_ridge(design, human, np.setdiff1d(labelled, fold)) for fold in folds]
    score = np.mean([_predicted(design, fit) for fit in fits], axis=0)
    for fold, fit in zip(folds, fits, strict=True):
        score[fold] = _predicted(design[fold], fit)
    weights = np.zeros(scores.shape[1])
    weights[~np.isnan(scores).all(axis=0)] = np.mean([slopes for _, slopes in fits], axis=0)
    return Panel(np.where(graded, score, np.nan), weights)


def _ridge(design: Values, human: Values, rows: np.ndarray) -> tuple[float, Values]:
    """Intercept and slopes; the intercept is not drawn to 0."""
    centre = design[rows].mean(axis=0)
    inside, said = design[rows] - centre, human[rows]
    gram = inside.T @ inside + RIDGE * np.eye(design.shape[1])
    slopes = np.linalg.solve(gram, inside.T @ (said - said.mean()))
    return float(said.mean() - centre @ slopes), slopes


def _predicted(design: Values, fit: tuple[float, Values]) -> Values:
    intercept, slopes = fit
    predicted: Values = intercept + design @ slopes
    return predicted
