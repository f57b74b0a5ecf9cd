"""Comparisons in words and tables, for a terminal."""

from collections.abc import Iterator, Sequence

from reinfra.backtest.compare import Comparison, Side
from reinfra.model import iso
from reinfra.store.backtests import StoredBacktest

COLUMNS = ("figure", "present", "proposed")


def rows(made: Comparison) -> Iterator[tuple[str, ...]]:
    """A row per figure, a cell per side."""
    sides = made.sides
    yield "series", *(str(one.series) for one in sides)
    yield "judged by their values", *(str(one.judged) for one in sides)
    yield "alerts", *(str(one.alerts.count) for one in sides)
    yield "alerts per series and week", *(str(one.alerts) for one in sides)
    yield "incidents a week", *(str(one.incidents) for one in sides)
    for name in sorted({name for one in sides for name, _ in one.detectors}):
        yield f"alerts by {name}", *(str(dict(one.detectors).get(name, 0)) for one in sides)
    yield from _labelled(sides)


def said(made: Comparison) -> Iterator[str]:
    """The range and what was tried."""
    yield f"{iso(made.since)} to {iso(made.until)}, dry: nothing was written but this comparison"
    for one in made.sides:
        changes = ", ".join(f"{key} = {value}" for key, value in one.changes)
        yield f"{one.name} settings {one.settings}{': ' + changes if changes else ''}"
    if len(made.sides) > 1:
        yield f"{made.gone} alerts would go, {made.fresh} would be new"


def listed(found: Sequence[StoredBacktest]) -> Iterator[tuple[str, ...]]:
    """A row per backtest on record."""
    for one in found:
        span = f"{iso(one.since)} to {iso(one.until)}"
        yield one.id[:8], iso(one.at), one.kind, span, one.settings, summary(one)


def summary(one: StoredBacktest) -> str:
    """A backtest's outcome in a few words; whatever is not there is left out."""
    figures = one.figures if isinstance(one.figures, dict) else {}
    parts = [
        f"{side['name']} {_figure(side['alerts']['value'])} alerts, "
        f"{_figure(side['incidents']['value'])} incidents a week"
        for side in figures.get("sides", ())
    ]
    if "found" in figures:
        parts.append(f"{figures['found']['hits']} of {figures['found']['trials']} faults found")
    return "; ".join(parts)


def _figure(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.3g}"


def _labelled(sides: Sequence[Side]) -> Iterator[tuple[str, ...]]:
    known = [one.labels for one in sides if one.labels is not None]
    if known:
        yield "precision", *(str(one.precision) for one in known)
        yield "recall", *(str(one.recall) for one in known)
        yield "median delay", *(one.late for one in known)
        yield "labels not judged", *(str(one.unjudged) for one in known)
        yield "alerts of unlabelled series", *(str(one.unlabelled) for one in known)
