"""What each judge says of a set, how far it can be trusted, and what is left after correction."""

import enum
from dataclasses import dataclass

import numpy as np

from judge.columns import Columns, Known, ratings
from judge.items import GradedSet
from judge.statistics import (
    LEAST_LABELS,
    UNBOUNDED,
    UNIT,
    Bounds,
    Estimate,
    agreement,
    cohen_kappa,
    flip_rate,
    krippendorff_alpha,
    mean_interval,
    ppi_mean,
    stratified_labels,
    stratified_ppi,
)

MOST_INVALID = 0.05
"""Above this share of invalid verdicts a figure is published as degraded."""


class Badge(enum.StrEnum):
    """How to take a corrected mean; shown wherever the number is."""

    CALIBRATED = "calibrated"
    UNCALIBRATED = "uncalibrated"
    """Too few human labels to correct the judge by: there is no corrected mean."""
    DEGRADED = "degraded"
    """Too many replies were no grade; what made them fail may be what makes answers bad."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How many items a judge was asked about, and what became of them.

    `invalid` of the `asked` came back without a valid grade and count in no mean as zero. `labelled` have a
    human grade.
    """

    asked: int
    invalid: int
    labelled: int

    @property
    def invalid_rate(self) -> float:
        return self.invalid / self.asked

    @property
    def badge(self) -> Badge:
        if self.invalid_rate > MOST_INVALID:
            return Badge.DEGRADED
        return Badge.UNCALIBRATED if self.labelled < LEAST_LABELS else Badge.CALIBRATED

    @property
    def reason(self) -> str:
        """Why the badge is what it is, "" where it is calibrated."""
        few = self.labelled < LEAST_LABELS
        bad = self.invalid_rate > MOST_INVALID
        parts = (
            f"{self.invalid_rate:.1%} of the replies were no grade" if bad else "",
            f"{self.labelled} of {LEAST_LABELS} human labels needed" if few else "",
        )
        return "; ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class StratumReport:
    """One judge on one stratum; the estimates are as those of JudgeReport."""

    stratum: str
    standing: Standing
    raw: Estimate
    by_labels: Estimate
    corrected: Estimate


@dataclass(frozen=True, slots=True)
class JudgeReport:
    """One judge on one set. Shares are 0 to 1, means on the scale of the scores, kappa and alpha -1 to 1.

    `naive` takes the judge at its word and the items to be independent: it is here to be compared with, not
    to be acted on. `raw` takes the judge at its word and minds the clusters. `by_labels` uses the people only,
    `corrected` both. `alpha` is between judge and people, each item's majority being one rater.
    """

    judge: str
    standing: Standing
    agreement: Estimate
    kappa: Estimate
    alpha: Estimate
    flips: Estimate
    naive: Estimate
    raw: Estimate
    by_labels: Estimate
    corrected: Estimate
    strata: tuple[StratumReport, ...]

    @property
    def asked(self) -> int:
        return self.standing.asked

    @property
    def invalid(self) -> int:
        return self.standing.invalid

    @property
    def labelled(self) -> int:
        return self.standing.labelled

    @property
    def invalid_rate(self) -> float:
        return self.standing.invalid_rate

    @property
    def badge(self) -> Badge:
        return self.standing.badge

    @property
    def reason(self) -> str:
        return self.standing.reason


@dataclass(frozen=True, slots=True)
class SetReport:
    """Every judge on one set. `alpha` is how far the human raters agree with each other."""

    name: str
    meaning: str
    items: int
    alpha: Estimate
    judges: tuple[JudgeReport, ...]


def report(graded: GradedSet, generator: np.random.Generator) -> SetReport:
    """`generator` draws the resamples behind alpha's interval."""
    alpha = krippendorff_alpha(ratings(graded), generator)
    bounds, known = bounds_of(graded), Known.of(graded)
    judges = tuple(
        _reported(judge, known.columns(verdicts), bounds, generator)
        for judge, verdicts in graded.by_judge().items()
    )
    return SetReport(graded.name, graded.meaning, len(graded.items), alpha, judges)


def judge_report(graded: GradedSet, judge: str, generator: np.random.Generator) -> JudgeReport:
    """Raises ValueError for a judge without a verdict in the set."""
    verdicts = graded.by(judge)
    if not verdicts:
        raise ValueError(f"{judge!r} has no verdict in {graded.name}")
    return _reported(judge, Known.of(graded).columns(verdicts), bounds_of(graded), generator)


def bounds_of(graded: GradedSet) -> Bounds:
    """0 to 1 where every grade lies there; of any other scale the ends are not known."""
    given = [each.score for each in graded.verdicts if each.score is not None]
    given += [label.value for label in graded.labels]
    return UNIT if all(0 <= value <= 1 for value in given) else UNBOUNDED


def _reported(
    judge: str, table: Columns, bounds: Bounds, generator: np.random.Generator
) -> JudgeReport:
    naive = mean_interval(table.score, bounds=bounds)
    human, clusters = (table.human, table.strata), table.clusters
    both = np.column_stack([table.score, table.majority])
    several = len(table.names) > 1
    return JudgeReport(
        judge=judge,
        standing=_standing(table),
        agreement=agreement(table.score, table.majority, clusters),
        kappa=cohen_kappa(table.score, table.majority, clusters),
        alpha=krippendorff_alpha(both, generator),
        flips=flip_rate(table.ab, table.ba, clusters),
        naive=naive.labelled(f"naive: {naive.method} on the verdicts alone"),
        raw=mean_interval(table.score, clusters, bounds=bounds),
        by_labels=stratified_labels(*human, clusters, bounds=bounds),
        corrected=stratified_ppi(table.score, *human, clusters, bounds=bounds),
        strata=tuple(_stratum(table.only(each), bounds) for each in range(len(table.names)))
        if several
        else (),
    )


def _stratum(part: Columns, bounds: Bounds) -> StratumReport:
    return StratumReport(
        part.names[0],
        _standing(part),
        mean_interval(part.score, part.clusters, bounds=bounds),
        mean_interval(part.human, part.clusters, bounds=bounds),
        ppi_mean(part.score, part.human, part.clusters, bounds=bounds),
    )


def _standing(table: Columns) -> Standing:
    return Standing(table.score.size, table.invalid, table.labelled)
