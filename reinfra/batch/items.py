"""A run cut into parts that need nothing of each other: one detector, on like series of one step."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from detectors.autoregression import Autoregression
from detectors.base import Detector, Streaming
from detectors.registry import detector
from reinfra.batch.acquire import step_of
from reinfra.config import DetectSettings
from reinfra.store import Stored

TOGETHER = 1024
"""Series of one metric that are one fleet at most; the same ones whoever works on them."""


@dataclass(frozen=True, slots=True)
class Item:
    """A part of a run. `step` is in ms."""

    detector: str
    step: int
    series: tuple[Stored, ...]


def items(names: Sequence[str], series: Sequence[Stored], default_step: int) -> list[Item]:
    """What there is to do for these detectors, the same for the same series in whatever order."""
    found = []
    for name in names:
        made = detector(name)
        for (step, _), group in _like(series, default_step).items():
            size = TOGETHER if made.alone else len(group)
            found += [
                Item(name, step, tuple(group[begin : begin + size]))
                for begin in range(0, len(group), size)
            ]
    return found


def made(name: str, settings: DetectSettings) -> Detector:
    """The detector as the settings want it."""
    found = detector(name, settings.false_alarms)
    if isinstance(found, Autoregression):
        return replace(found, zone=settings.timezone)
    return found


def streams(name: str) -> bool:
    """Whether it goes on where it stopped."""
    return isinstance(detector(name), Streaming)


def _like(series: Sequence[Stored], default_step: int) -> dict[tuple[int, str], list[Stored]]:
    groups: dict[tuple[int, str], list[Stored]] = defaultdict(list)
    for one in sorted(series, key=lambda one: (one.key.metric, one.id)):
        groups[step_of(one, default_step), one.key.metric].append(one)
    return dict(groups)
