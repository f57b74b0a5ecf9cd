"""Planted faults in figures: by fault, by detector, and what the same replay says without any."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reinfra.backtest.against import overlaps
from reinfra.backtest.faults import Fault
from reinfra.backtest.figures import Rate, Share, median
from reinfra.backtest.inject.inject import Injected, Wanted
from reinfra.backtest.inject.outcome import Outcome
from reinfra.backtest.labels import Label
from reinfra.backtest.replay import Replay
from reinfra.signals import wording

_WEEKS_PER_MONTH = 30 / 7


@dataclass(frozen=True, slots=True)
class ByDetector:
    """Of one fault: how many trials a detector found, in how many it was the first, and its median delay in ms."""

    detector: str
    found: int
    first: int
    delay: float


@dataclass(frozen=True, slots=True)
class FaultFigures:
    """`delay` is the median in ms from a fault's beginning until the first detector could have said it.

    `absent` says why there is no trial.
    """

    fault: str
    does: str
    found: Share
    delay: float
    detectors: tuple[ByDetector, ...]
    absent: str = ""


@dataclass(frozen=True, slots=True)
class InjectFigures:
    """`false_alarms` are those of the same replay without faults, per series and month of 30 days.

    What a label covers is none. `by_detector` has them by detector.
    """

    since: int
    until: int
    seed: int
    size: float
    found: Share
    false_alarms: Rate
    by_detector: tuple[tuple[str, Rate], ...]
    faults: tuple[FaultFigures, ...]


def figures(made: Injected, wanted: Wanted, labels: Sequence[Label] = ()) -> InjectFigures:
    """All there is to say of an injection."""
    false = _false(made.before, labels)
    months = made.before.weeks / _WEEKS_PER_MONTH
    return InjectFigures(
        made.before.span.since,
        made.before.span.until,
        wanted.seed,
        wanted.size,
        Share.of(sum(bool(one.delays) for one in made.outcomes), len(made.outcomes)),
        Rate.of(sum(false.values()), months),
        tuple((name, Rate.of(count, months)) for name, count in sorted(false.items())),
        tuple(
            _of_fault(fault, made.outcomes, made.absent.get(fault.name, ""))
            for fault in wanted.faults
        ),
    )


def lines(found: InjectFigures) -> Iterator[tuple[str, ...]]:
    """A row per fault: name, found, median delay, by which detectors."""
    for one in found.faults:
        by = ", ".join(f"{each.detector} {each.found}" for each in one.detectors)
        late = wording.duration(one.delay) if one.detectors else "unknown"
        share = str(one.found) if one.found.trials else f"not planted: {one.absent}"
        yield one.fault, share, late, by or ("nobody" if one.found.trials else "")


COLUMNS = ("fault", "found [95 %]", "median delay", "found by")


def said(found: InjectFigures) -> Iterator[str]:
    """What was planted, and the price."""
    yield f"faults found: {found.found}, at size {found.size:g}, seed {found.seed}"
    by = ", ".join(f"{name} {rate.value:.2g}" for name, rate in found.by_detector)
    yield (
        f"false alarms without faults: {found.false_alarms} per series and month"
        f"{' (' + by + ')' if by else ''}; what really was wrong then is among them"
    )


def _of_fault(fault: Fault, outcomes: Sequence[Outcome], absent: str) -> FaultFigures:
    mine = [one for one in outcomes if one.fault == fault.name]
    delays = [float(min(one.delays.values())) for one in mine if one.delays]
    first = Counter(one.first for one in mine)
    names = sorted({name for one in mine for name in one.delays}, key=lambda name: -first[name])
    by = (
        ByDetector(name, len(late), first[name], median(late))
        for name in names
        if (late := [float(one.delays[name]) for one in mine if name in one.delays])
    )
    share = Share.of(len(delays), len(mine))
    return FaultFigures(fault.name, fault.does, share, median(delays), tuple(by), absent)


def _false(before: Replay, labels: Sequence[Label]) -> Counter[str]:
    return Counter(
        one.found.detector
        for one in before.found
        if not any(
            each.selector.matches(one.found.key) and overlaps(one.found, each) for each in labels
        )
    )
