"""Two fleets of live series compared in one window, one measure at a time."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from reinfra.gaps.figure import Figure, unknown
from reinfra.gaps.fleet_interval import FleetGap, fleet_gap
from reinfra.gaps.fleet_measures import FleetMeasure, log_ratio, mean_difference
from reinfra.gaps.fleet_quantile import Distribution, quantile_gap
from reinfra.gaps.fleet_rules import Standing, Target
from reinfra.gaps.live_fleet import Fleet
from reinfra.gaps.live_measures import Form, LiveMeasure, Provenance
from reinfra.gaps.live_totals import Span, Totals, least_real, totals
from reinfra.gaps.prices import Prices
from reinfra.model import Origin
from reinfra.store import SampleStore

Floats = NDArray[np.float64]
Judge = Callable[[Floats, Floats, Target], FleetGap]


@dataclass(frozen=True, slots=True)
class FleetSide:
    """One fleet's own value (None: unknown), and what it rests on."""

    name: str
    value: float | None
    nodes: int
    signals: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LiveGap:
    """One measure of two fleets "in this window": relative (candidate / baseline - 1), or a difference."""

    measure: str
    title: str
    relative: bool
    worse: str
    provenance: Provenance
    candidate: FleetSide
    baseline: FleetSide
    hours: int
    gap: FleetGap
    notes: tuple[str, ...]
    origin: Origin = Origin.LIVE


@dataclass(frozen=True, slots=True)
class Asked:
    """Which fleets, when, at which prices, and whether their nodes are a sample of their kind."""

    candidate: Fleet
    baseline: Fleet
    span: Span
    prices: Prices
    target: Target = Target.KIND


def compare_live(store: SampleStore, measure: LiveMeasure, asked: Asked) -> LiveGap:
    """What cannot be compared is a gap without a value, and its reason."""
    sides = [
        totals(store, fleet, measure, asked.span, asked.prices)
        for fleet in (asked.candidate, asked.baseline)
    ]
    why = next((side.missing for side in sides if side.missing), "") or _unlike(*sides)
    common = slice(0, 0) if why else _common(sides[0].values, sides[1].values)
    gap = (
        FleetGap(unknown(why), asked.target, Standing.REFUSED, ())
        if why
        else judge(measure, sides[0])(
            sides[0].values[:, common], sides[1].values[:, common], asked.target
        )
    )
    named = zip((asked.candidate, asked.baseline), sides, strict=True)
    ours, theirs = (_side(fleet.name, side, measure) for fleet, side in named)
    return LiveGap(
        measure.name,
        measure.title,
        measure.relative,
        measure.worse,
        Provenance.UNKNOWN if why else measure.provenance,
        ours,
        theirs,
        common.stop - common.start,
        replace(gap, figure=_relative(gap.figure)) if measure.relative else gap,
        (*gap.notes, *_notes(measure, *sides)),
        least_real(side.origin for side in sides),
    )


def _common(ours: Floats, theirs: Floats) -> slice:
    """From the first to the last hour in which both fleets said anything."""
    both = np.flatnonzero(ours.any(axis=(0, 2)) & theirs.any(axis=(0, 2)))
    return slice(int(both[0]), int(both[-1]) + 1) if both.size else slice(0, 0)


def judge(measure: LiveMeasure, side: Totals) -> Judge:
    """What makes a gap of two fleets' totals."""
    if measure.form is Form.QUANTILE:
        edges = np.array([min(0.0, side.edges[0]), *side.edges])

        def by_quantile(ours: Floats, theirs: Floats, target: Target) -> FleetGap:
            pair = Distribution.of(ours, edges), Distribution.of(theirs, edges)
            return quantile_gap(*pair, measure.share, target=target)

        return by_quantile

    smooth: FleetMeasure = log_ratio(0, 1) if measure.relative else mean_difference(0, 1)

    def by_total(ours: Floats, theirs: Floats, target: Target) -> FleetGap:
        return fleet_gap(smooth, ours, theirs, target=target)[0]

    return by_total


def _unlike(ours: Totals, theirs: Totals) -> str:
    if ours.edges != theirs.edges:
        return "the fleets' histograms have different buckets: only identical ones are compared"
    both = {*ours.nodes} & {*theirs.nodes}
    return f"{len(both)} nodes are in both fleets, such as {min(both)}" if both else ""


def _notes(measure: LiveMeasure, ours: Totals, theirs: Totals) -> tuple[str, ...]:
    other = ours.signals and theirs.signals and ours.signals != theirs.signals
    said = f"not one signal: {', '.join(ours.signals)} against {', '.join(theirs.signals)}"
    return (*((said,) if other else ()), *((measure.note,) if measure.note else ()))


def _side(name: str, side: Totals, measure: LiveMeasure) -> FleetSide:
    value = None if side.missing else _value(side, measure)
    return FleetSide(name, value, len(side.nodes), side.signals)


def _value(side: Totals, measure: LiveMeasure) -> float | None:
    if measure.form is Form.QUANTILE:
        edges = np.array([min(0.0, side.edges[0]), *side.edges])
        found = Distribution.of(side.values, edges)
        return float(np.exp(found.log_quantile(measure.share))) if found.whole.sum() else None
    upper, lower = side.values.sum(axis=(0, 1))
    return float(upper / lower) if lower > 0 else None


def _relative(figure: Figure) -> Figure:
    """A change from a log ratio."""
    value, low, high = (
        None if end is None else float(np.expm1(end))
        for end in (figure.value, figure.low, figure.high)
    )
    return replace(figure, value=value, low=low, high=high)
