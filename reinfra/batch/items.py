"""A run cut into parts that need nothing of each other: one detector, on like series of one step."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from detectors.autoregression import Autoregression
from detectors.base import Detector, Streaming
from detectors.choice import context, looks_back
from detectors.choice_rules import PEERS
from detectors.peers import Peers
from detectors.registry import detector
from detectors.siblings import group
from detectors.windows import Windows
from reinfra.batch.acquire import Window, live
from reinfra.batch.chosen import Chosen
from reinfra.batch.partners import Partners
from reinfra.batch.steps import Steps
from reinfra.config import DetectSettings
from reinfra.store import Stored

TOGETHER = 1024
"""Series of one metric that are one fleet at most; the same ones whoever works on them."""

_ALL_METRICS = ("multivariate",)
_BANK = 500
"""Of windows that others are compared with: a quarter of what `score` takes finds nearly as much in a quarter
of the time (a prototype lost 0.025 of VUS-PR by it), and a run has many series."""


@dataclass(frozen=True, slots=True)
class Item:
    """A part of a run. `step` is in ms, and so is `history` where the detector looks once a day.

    Series of the `context` are read beside, and nothing is said of them.
    """

    detector: str
    step: int
    series: tuple[Stored, ...]
    context: tuple[Stored, ...] = ()
    history: int = 0


def items(chosen: Chosen, every: Sequence[Stored], window: Window, steps: Steps) -> list[Item]:
    """What there is to do, the same for the same series in whatever order; `every` may serve as context."""
    there = live(list(every), window)
    found = []
    for name, series, once in chosen.of_pass(window):
        slow = looks_back(name) if once else None
        for (step, metric), like in _like(name, live(series, window), steps).items():
            partners = Partners.of(name, context(name, metric), there)
            for part in _parts(name, like):
                beside = tuple(partners.of_any(part))
                if slow is None:
                    found.append(Item(name, step, tuple(part), beside))
                else:
                    wide = max(step, slow.step)
                    found.append(Item(name, wide, tuple(part), beside, slow.history))
    return found


def made(name: str, settings: DetectSettings) -> Detector:
    """The detector as the settings want it."""
    found = detector(name, settings.false_alarms)
    if isinstance(found, Autoregression):
        return replace(found, zone=settings.timezone)
    if isinstance(found, Windows):
        return replace(found, bank=_BANK)
    return found


def streams(name: str) -> bool:
    """Whether it goes on where it stopped."""
    return isinstance(detector(name), Streaming)


def _like(name: str, series: Sequence[Stored], steps: Steps) -> dict[tuple[int, str], list[Stored]]:
    """Series of one step and metric; of one step where a detector wants all metrics together."""
    groups: dict[tuple[int, str], list[Stored]] = defaultdict(list)
    for one in sorted(series, key=lambda one: (one.key.metric, one.id)):
        metric = "" if name in _ALL_METRICS else one.key.metric
        groups[steps.of(one), metric].append(one)
    return dict(groups)


def _parts(name: str, like: list[Stored]) -> Iterator[list[Stored]]:
    """Of about the same size; siblings stay together."""
    if name == PEERS:
        return _packed(_siblings(like))
    if name in _ALL_METRICS:
        return iter([like])
    many = -(-len(like) // TOGETHER)
    size = -(-len(like) // max(1, many))
    return (like[begin : begin + size] for begin in range(0, len(like), size))


def _siblings(like: list[Stored]) -> Iterable[list[Stored]]:
    groups: dict[object, list[Stored]] = defaultdict(list)
    for one in like:
        if (family := group(one.key)) is not None:
            groups[family].append(one)
    return (family for family in groups.values() if len(family) >= Peers().least)


def _packed(families: Iterable[list[Stored]]) -> Iterator[list[Stored]]:
    part: list[Stored] = []
    for family in families:
        if part and len(part) + len(family) > TOGETHER:
            yield part
            part = []
        part = part + family
    if part:
        yield part
