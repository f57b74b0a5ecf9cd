"""Anomalies against labelled windows: what was hit, what was missed, what was false, how late."""

from collections.abc import Sequence
from dataclasses import dataclass

from reinfra.model import Anomaly


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """A stretch in which people say something was wrong, from `since` to `until`, both included."""

    since: int
    until: int


@dataclass(frozen=True, slots=True)
class Hit:
    """A window that was found. `delay` is from its beginning to the first strange point in it, in ms."""

    window: Window
    delay: int


@dataclass(frozen=True, slots=True)
class Verification:
    """One series' anomalies beside its labels. What no label covers counts as false."""

    hits: tuple[Hit, ...]
    missed: tuple[Window, ...]
    false: tuple[Anomaly, ...]


def verify(anomalies: Sequence[Anomaly], windows: Sequence[Window]) -> Verification:
    """An anomaly hits every window it overlaps; one that overlaps none is false."""
    found = {
        window: min(anomaly.since for anomaly in anomalies if _overlap(anomaly, window))
        for window in sorted(windows)
        if any(_overlap(anomaly, window) for anomaly in anomalies)
    }
    return Verification(
        hits=tuple(Hit(window, max(0, since - window.since)) for window, since in found.items()),
        missed=tuple(window for window in sorted(windows) if window not in found),
        false=tuple(
            anomaly
            for anomaly in anomalies
            if not any(_overlap(anomaly, window) for window in windows)
        ),
    )


def _overlap(anomaly: Anomaly, window: Window) -> bool:
    return anomaly.since <= window.until and window.since <= anomaly.until
