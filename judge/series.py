"""Grades as series: counts of passes and trials, from which any window's share and interval follow."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from judge.columns import columns
from judge.items import GradedSet
from reinfra.model import Batch, InputError, SeriesKey
from reinfra.signals import find

SUCCESSES, TRIALS = "reinfra.quality.successes", "reinfra.quality.trials"
INVALID = "reinfra.quality.invalid"


@dataclass(frozen=True, slots=True)
class QualityCount:
    """`successes` of `trials` valid grades by one judge in one stratum; `invalid` replies are in neither.

    A score between 0 and 1 counts as that part of a success, so a tie counts half.
    """

    judge: str
    stratum: str
    successes: float
    trials: int
    invalid: int


def quality_counts(graded: GradedSet) -> Iterator[QualityCount]:
    """For each judge and stratum, in the order of their names."""
    strata = sorted({item.stratum for item in graded.items})
    for part in (graded.stratum(stratum) for stratum in strata):
        for judge in part.judges:
            score = columns(part, judge).score
            valid = score[~np.isnan(score)]
            stratum = part.items[0].stratum
            invalid = score.size - valid.size
            yield QualityCount(judge, stratum, float(valid.sum()), valid.size, invalid)


def quality_batch(graded: GradedSet, at: int, labels: Mapping[str, str]) -> Batch:
    """The counts as samples at `at`, when the grading was done; recorded sets carry no time of their own.

    Series are told apart by `judge` and `stratum`, beside the `labels` of the caller (origin, model).
    """
    counts = quality_counts(graded)
    return Batch.at_instant(at, (pair for each in counts for pair in _samples(each, labels)))


def _samples(count: QualityCount, labels: Mapping[str, str]) -> Iterator[tuple[SeriesKey, float]]:
    own = {**labels, "judge": count.judge, "stratum": count.stratum}
    values = {SUCCESSES: count.successes, TRIALS: count.trials, INVALID: count.invalid}
    for metric, value in values.items():
        signal = find(metric)
        if signal is None:
            raise InputError(f"{metric} is missing", where="reinfra/signals/tables")
        yield signal.key(own), float(value)
