"""What each judge says of a set, how far it can be trusted, and what is left after correction."""

import enum
from dataclasses import dataclass

import numpy as np

from judge.columns import Columns, columns, ratings
from judge.items import GradedSet
from judge.statistics import (
    LEAST_LABELS,
    Estimate,
    agreement,
    cohen_kappa,
    flip_rate,
    krippendorff_alpha,
    mean_interval,
    ppi_mean,
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
class JudgeReport:
    """One judge on one set. Means, shares and intervals are 0 to 1, kappa is -1 to 1.

    `asked` items were shown to the judge, `invalid` of them came back without a valid grade and count
    in no mean as zero. `labelled` have a human grade. `naive` takes the judge at its word and the items to
    be independent: it is here to be compared with, not to be acted on. `by_labels` uses the people only,
    `corrected` both. `reason` says why the badge is what it is.
    """

    judge: str
    asked: int
    invalid: int
    labelled: int
    agreement: Estimate
    kappa: Estimate
    flips: Estimate
    naive: Estimate
    by_labels: Estimate
    corrected: Estimate
    badge: Badge
    reason: str = ""

    @property
    def invalid_rate(self) -> float:
        return self.invalid / self.asked


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
    judges = tuple(judge_report(graded, judge) for judge in graded.judges)
    return SetReport(graded.name, graded.meaning, len(graded.items), alpha, judges)


def judge_report(graded: GradedSet, judge: str) -> JudgeReport:
    """Raises ValueError for a judge without a verdict in the set."""
    table = columns(graded, judge)
    asked, invalid = table.score.size, int(np.isnan(table.score).sum())
    if asked == 0:
        raise ValueError(f"{judge!r} has no verdict in {graded.name}")
    labelled = int((~np.isnan(table.human)).sum())
    badge, reason = _badge(labelled, invalid / asked)
    return JudgeReport(
        judge=judge,
        asked=asked,
        invalid=invalid,
        labelled=labelled,
        agreement=agreement(table.score, table.majority, table.clusters),
        kappa=cohen_kappa(table.score, table.majority, table.clusters),
        flips=flip_rate(table.ab, table.ba, table.clusters),
        naive=_naive(table),
        by_labels=mean_interval(table.human, table.clusters),
        corrected=ppi_mean(table.score, table.human, table.clusters),
        badge=badge,
        reason=reason,
    )


def _naive(table: Columns) -> Estimate:
    naive = mean_interval(table.score)
    return naive.labelled(f"naive: {naive.method} on the verdicts alone")


def _badge(labelled: int, invalid_rate: float) -> tuple[Badge, str]:
    few = f"{labelled} of {LEAST_LABELS} human labels needed" if labelled < LEAST_LABELS else ""
    bad = f"{invalid_rate:.1%} of the replies were no grade" if invalid_rate > MOST_INVALID else ""
    reason = "; ".join(part for part in (bad, few) if part)
    if bad:
        return Badge.DEGRADED, reason
    return (Badge.UNCALIBRATED if few else Badge.CALIBRATED), reason
