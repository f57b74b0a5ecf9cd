"""Judges beside people, as a table and as lines of a chart."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from dashboard.charts.intervals import Line
from dashboard.format import percent
from dashboard.text import cell
from judge.report import JudgeReport
from judge.statistics import Estimate
from reinfra.signals.wording import UNKNOWN, number


def judges(reports: Sequence[JudgeReport]) -> pd.DataFrame:
    """Every figure with its 95 % interval; a judge's raw mean is there to be compared with only."""
    return pd.DataFrame(
        {
            "judge": cell(one.judge),
            "badge": str(one.badge),
            "agrees with people": share(one.agreement),
            "kappa": bare(one.kappa),
            "changes its mind when swapped": share(one.flips),
            "mean, calibrated": bare(one.corrected),
            "mean, people only": bare(one.by_labels),
            "mean, judge at its word": bare(one.naive),
            "items": one.asked,
            "labelled": one.labelled,
            "no grade": percent(one.invalid_rate),
            "note": cell(one.reason),
        }
        for one in reports
    )


def agreements(reports: Sequence[JudgeReport]) -> list[Line]:
    """In percent; judges whose agreement is unknown are left to the table."""
    return [
        _line(one.judge, one.agreement, 100.0)
        for one in reports
        if np.isfinite(one.agreement.value)
    ]


def means(reports: Sequence[JudgeReport]) -> list[Line]:
    """Each judge's calibrated mean beside what it says itself."""
    lines = []
    for one in reports:
        if np.isfinite(one.corrected.value):
            lines.append(_line(f"{one.judge}, calibrated", one.corrected, 1.0, total=True))
        if np.isfinite(one.naive.value):
            lines.append(_line(f"{one.judge}, at its word", one.naive, 1.0))
    return lines


def share(estimate: Estimate) -> str:
    """66.8 % [60.4, 72.6]."""
    return _shown(estimate, 100.0, " %")


def bare(estimate: Estimate) -> str:
    """0.45 [0.37, 0.54]."""
    return _shown(estimate, 1.0, "")


def _shown(estimate: Estimate, factor: float, unit: str) -> str:
    if not np.isfinite(estimate.value):
        return f"{UNKNOWN}: {estimate.reason}" if estimate.reason else UNKNOWN
    value = f"{number(round(factor * estimate.value, 3))}{unit}"
    if not estimate.has_interval:
        return f"{value} ({estimate.reason})"
    low, high = (number(round(factor * end, 3)) for end in (estimate.low, estimate.high))
    return f"{value} [{low}, {high}]"


def _line(label: str, estimate: Estimate, factor: float, *, total: bool = False) -> Line:
    value = round(factor * estimate.value, 3)
    if not estimate.has_interval:
        return Line(label, value, None, None, total)
    low, high = round(factor * estimate.low, 3), round(factor * estimate.high, 3)
    return Line(label, value, low, high, total)
