"""Feedback in figures; a change that it suggests comes with its replay, before and after."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from reinfra.backtest.compare import Comparison, compare
from reinfra.backtest.feedback import OfDetector, by_detector, counted, proposed, told, untold
from reinfra.backtest.labels import Label
from reinfra.backtest.proposal import Proposal
from reinfra.backtest.replay import Place, Span
from reinfra.config import Settings
from reinfra.progress import Progress, silent

COLUMNS = ("detector", "useful", "expected", "not useful", "precision [95 %]", "recall [95 %]")


@dataclass(frozen=True, slots=True)
class FeedbackFigures:
    """`incidents` by what was said of them; `untold` labels that no incident told of.

    `changes` would have spared `spared` incidents that were not useful and no real one, judged by scores;
    `comparison` is the replay of that change. Without one, there is nothing to change.
    """

    since: int
    until: int
    incidents: Mapping[str, int]
    untold: int
    detectors: tuple[OfDetector, ...]
    changes: tuple[tuple[str, str], ...] = ()
    spared: int = 0
    comparison: Comparison | None = None


def learned(
    place: Place,
    settings: Settings,
    span: Span,
    labels: Sequence[Label] = (),
    progress: Progress = silent,
) -> FeedbackFigures:
    """What people said in the span; with a replay where it suggests another setting."""
    known = told(place.store, span)
    missed = untold(known, labels, span)
    detectors = tuple(by_detector(known, missed))
    counts = counted(known)
    better = proposed(known, settings.detect.false_alarms)
    if better is None:
        return FeedbackFigures(span.since, span.until, counts, missed, detectors)
    dial, spared = better
    changes = (("detect.false_alarms", f"{dial:g}"),)
    proposal = Proposal.of(settings, changes)
    made, _ = compare(place, settings, proposal, span, labels, progress)
    return FeedbackFigures(span.since, span.until, counts, missed, detectors, changes, spared, made)


def rows(found: FeedbackFigures) -> Iterator[tuple[object, ...]]:
    """A row per detector."""
    for one in found.detectors:
        counts = one.useful, one.expected, one.not_useful
        yield one.detector, *counts, str(one.precision), str(one.recall)


def said(found: FeedbackFigures) -> Iterator[str]:
    """The counts, and what follows from them."""
    counts = ", ".join(f"{count} {word}" for word, count in found.incidents.items())
    yield f"incidents: {counts}; labels that none told of: {found.untold}"
    if not found.changes:
        yield "No stricter setting would have spared a useless incident without losing a real one."
    for key, value in found.changes:
        yield f"{key} = {value} would have spared {found.spared} of the useless ones and no real one; replayed:"
