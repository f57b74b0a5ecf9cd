"""Every fault planted many times into copies of a history, and each copy replayed."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from detectors.choice import choose, context, daily
from reinfra.backtest.faults import FAULTS, Fault
from reinfra.backtest.inject.outcome import Outcome, outcome
from reinfra.backtest.inject.overlay import Overlay
from reinfra.backtest.inject.plant import Copy, bounds
from reinfra.backtest.inject.targets import Target, targets
from reinfra.backtest.replay import Place, Replay, Span, replay
from reinfra.config import Settings
from reinfra.errors import InputError
from reinfra.progress import Progress, Step, silent

_OF_ALL = ("multivariate",)  # detectors that look at all metrics of a host together
_AT_ONCE = 64  # faults in one copy at most
_NO_SERIES = "no series of what it moves"
_NO_ROOM = "no stretch of the range is long enough, quiet before, and full of samples"


@dataclass(frozen=True, slots=True)
class Wanted:
    """`trials` of each of `faults`, of a `size` that scales what they do; the same for the same seed."""

    faults: tuple[Fault, ...] = FAULTS
    trials: int = 10
    size: float = 1.0
    seed: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Injected:
    """`before` is the replay without faults. `absent` says of each fault that was not planted why not."""

    before: Replay
    outcomes: tuple[Outcome, ...]
    absent: Mapping[str, str]


def inject(
    place: Place, settings: Settings, span: Span, wanted: Wanted, progress: Progress = silent
) -> Injected:
    """Replay the history as it is, then copies of it with as many faults as do not disturb each other."""
    before = replay(place, settings, span)
    every = {fault.name: targets(fault, before.series) for fault in wanted.faults}
    where = {name: [one for one in found if _fits(one, span)] for name, found in every.items()}
    counts = Counter(one.key.metric for one in before.series)
    left = {name: wanted.trials for name, found in where.items() if found}
    absent = {name: _NO_ROOM if every[name] else _NO_SERIES for name in where if not where[name]}
    outcomes: list[Outcome] = []
    number, total = 0, max(1, wanted.trials * len(left))
    while left:
        first = list(left)[number % len(left)]
        rng = np.random.default_rng([wanted.seed, number])
        number += 1
        copy = Copy(place.where, before, rng, wanted.size)
        if not copy.plant(where[first], counts):
            absent |= {first: _NO_ROOM} if left.pop(first) == wanted.trials else {}
            continue
        _fill(copy, where, left, first, counts)
        there = replace(place, samples=Overlay(place.where, copy.others, moved(copy, settings)))
        found = replay(there, settings, span)
        outcomes += [outcome(one, found, settings.detect) for one in copy.planted]
        progress(Step("plant and replay", len(outcomes), total))
    return Injected(before, tuple(outcomes), absent)


def moved(copy: Copy, settings: Settings) -> frozenset[str] | None:
    """The metrics that the faults of a copy move, and what their detectors want beside; None: all may matter."""
    overrides = settings.detect.override
    every = [
        *settings.detect.detectors,
        *(name for one in overrides for name in one.detectors or ()),
    ]
    if any(name in _OF_ALL for name in every):
        return None
    keys = {one.key for planted in copy.planted for one, _ in planted.target.moves}
    found = {key.metric for key in keys}
    for key in keys:
        names = {*every, *choose(key, overrides), *daily(key, overrides)}
        found.update(metric for name in names for metric in context(name, key.metric))
    return frozenset(found)


def chosen(names: str) -> tuple[Fault, ...]:
    """The faults of these names, with commas between; all of none. Raises InputError."""
    known = {fault.name: fault for fault in FAULTS}
    wanted = [name.strip() for name in names.split(",") if name.strip()]
    if unknown := [name for name in wanted if name not in known]:
        raise InputError(f"no fault is called {unknown[0]!r}", todo=f"Known: {', '.join(known)}")
    return tuple(known[name] for name in wanted) or FAULTS


def _fits(target: Target, span: Span) -> bool:
    first, last = bounds(target, span, target.fault.lasts[0])
    return first < last


def _fill(
    copy: Copy,
    where: Mapping[str, Sequence[Target]],
    left: dict[str, int],
    first: str,
    counts: Mapping[str, int],
) -> None:
    """After the first, plant the others in turn, in an order drawn at random, until none finds room."""
    left[first] -= 1
    names = list(left)
    copy.rng.shuffle(names)
    while names and len(copy.planted) < _AT_ONCE:
        names = [name for name in names if left[name] and copy.plant(where[name], counts)]
        for name in names:
            left[name] -= 1
    for name in [name for name, more in left.items() if not more]:
        del left[name]
