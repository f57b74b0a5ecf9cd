"""The gap between two fleets with an interval that covers what it says, from hourly totals per node.

Variance = time part + node part - what both of them count; Student's t with Satterthwaite's degrees of
freedom. Hours are paired across the fleets, so a wave of traffic common to both cancels.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from reinfra.gaps.figure import LEVEL, Figure, unknown
from reinfra.gaps.fleet_measures import FleetMeasure, gradient
from reinfra.gaps.fleet_rules import (
    Diagnostics,
    Standing,
    Target,
    Window,
    notes,
    refused,
    standing,
)
from reinfra.gaps.spectrum import (
    HOURS_PER_DAY,
    drift_p,
    hour_correlation,
    independent_hours,
    sum_variance,
    terms,
)
from reinfra.model import ReinfraError

Floats = NDArray[np.float64]


class FleetError(ReinfraError):
    """Totals of two fleets that do not fit together: a defect of the code that made them."""


@dataclass(frozen=True, slots=True)
class FleetGap:
    """One measured gap "in this window". `df` and `diagnostics` are None where nothing could be judged."""

    figure: Figure
    target: Target
    standing: Standing
    notes: tuple[str, ...]
    df: float | None = None
    diagnostics: Diagnostics | None = None


@dataclass(frozen=True, slots=True)
class Spread:
    """The variance of an estimate, its degrees of freedom, and the share that time accounts for."""

    variance: float
    df: float
    time_share: float


def fleet_gap(
    measure: FleetMeasure,
    candidate: Floats,
    baseline: Floats,
    *,
    target: Target = Target.KIND,
    level: float = LEVEL,
) -> tuple[FleetGap, ...]:
    """One gap per output of `measure`; totals are [node, hour, k], the same hours on both sides.

    A node that reported nothing in an hour has zeros there. The newest whole days are used.
    """
    _check(candidate, baseline)
    reporting = int((candidate.any(axis=(0, 2)) & baseline.any(axis=(0, 2))).sum())
    window = Window(len(candidate), len(baseline), reporting)
    first = candidate.shape[1] % HOURS_PER_DAY if candidate.shape[1] >= HOURS_PER_DAY else 0
    ours, theirs = candidate[:, first:], baseline[:, first:]
    totals = ours.sum(axis=(0, 1)), theirs.sum(axis=(0, 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        values, slopes = measure(*totals), gradient(measure, *totals)
    return tuple(
        _gap(
            float(value), (ours @ slopes[0][:, j], theirs @ slopes[1][:, j]), window, target, level
        )
        for j, value in enumerate(values)
    )


def _check(candidate: Floats, baseline: Floats) -> None:
    if candidate.ndim != 3 or candidate.shape[1:] != baseline.shape[1:]:  # noqa: PLR2004
        shapes = f"{candidate.shape} and {baseline.shape}"
        raise FleetError(
            "totals must be [node, hour, k] with one set of hours", why=f"got {shapes}"
        )
    if not (np.isfinite(candidate).all() and np.isfinite(baseline).all()):
        raise FleetError("totals must be finite: a node that is absent has zeros")


def _gap(
    value: float, scores: tuple[Floats, Floats], window: Window, target: Target, level: float
) -> FleetGap:
    if not all(np.isfinite(part).all() for part in (value, *scores)):
        figure = unknown("a fleet's totals leave this measure undefined")
        return FleetGap(figure, target, Standing.REFUSED, ())
    if why := refused(window, target):
        return FleetGap(Figure(value, reason=why), target, Standing.REFUSED, ())
    paired = scores[0].sum(axis=0) + scores[1].sum(axis=0)
    found = spread(scores, target)
    if _nothing_varies(value, found.variance):
        figure = Figure(value, reason="nothing varied in this window: no spread to judge it by")
        return FleetGap(figure, target, Standing.REFUSED, ())
    correlation = hour_correlation(paired)
    seen = Diagnostics(
        correlation, independent_hours(paired, correlation), drift_p(paired), found.time_share
    )
    half = float(stats.t.ppf(0.5 + level / 2, found.df)) * float(np.sqrt(found.variance))
    return FleetGap(
        Figure(value, value - half, value + half, level),
        target,
        standing(window, seen),
        notes(window, target, seen),
        found.df,
        seen,
    )


def _nothing_varies(value: float, variance: float) -> bool:
    """A spread of the size of the rounding in the numerical gradient is none."""
    return float(np.sqrt(variance)) <= 1e-9 * max(1.0, abs(value))


def spread(scores: tuple[Floats, Floats], target: Target) -> Spread:
    """From linearised scores [node, hour] of both fleets, each fleet's summing to zero."""
    paired = scores[0].sum(axis=0) + scores[1].sum(axis=0)
    freedom = terms(len(paired))
    time = float(sum_variance(paired, hour_correlation(paired)))
    if target is Target.THESE:
        return Spread(time, freedom, 1.0)
    by_fleet = [_node_variance(fleet) for fleet in scores]
    node, passing = sum(by_fleet), sum(_counted_twice(fleet) for fleet in scores)
    variance = max(time + node - passing, time, node)
    lasting = float(np.clip(1 - passing / node, 0, 1)) if node > 0 else 0.0
    squares = time**2 / freedom + sum(
        (lasting * own) ** 2 / (len(fleet) - 1) for own, fleet in zip(by_fleet, scores, strict=True)
    )
    df = max((time + lasting * node) ** 2 / squares, 1.0) if squares > 0 else 1.0
    return Spread(variance, df, time / variance if variance > 0 else 1.0)


def _node_variance(fleet: Floats) -> float:
    """The variance of a fleet's sum if its nodes are a sample of their kind."""
    nodes, sums = len(fleet), fleet.sum(axis=1)
    return nodes / (nodes - 1) * float(((sums - sums.mean()) ** 2).sum())


def _counted_twice(fleet: Floats) -> float:
    """Passing noise of single nodes, which is in the time part and in the node part."""
    nodes, own = len(fleet), fleet - fleet.mean(axis=0)
    centred = own - own.mean(axis=1, keepdims=True)
    return nodes / (nodes - 1) * float(sum_variance(centred, hour_correlation(own)).sum())
