"""Anomalies against labelled windows: hit and how late, missed, not judged yet, and what was false."""

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
    """One series' anomalies beside its labels. What no label covers counts as false.

    `unjudged` windows ended before there was a threshold: they are neither hit nor missed.
    """

    hits: tuple[Hit, ...]
    missed: tuple[Window, ...]
    false: tuple[Anomaly, ...]
    unjudged: tuple[Window, ...] = ()


def verify(
    anomalies: Sequence[Anomaly], windows: Sequence[Window], judged_from: int | None = None
) -> Verification:
    """An anomaly hits every window it overlaps; one that overlaps none is false.

    `judged_from` is when the first sample was judged; None: nothing needed to warm up.
    """
    early = {each for each in windows if judged_from is not None and each.until < judged_from}
    judged = sorted(set(windows) - early)
    found = {
        window: min(anomaly.since for anomaly in anomalies if _overlap(anomaly, window))
        for window in judged
        if any(_overlap(anomaly, window) for anomaly in anomalies)
    }
    return Verification(
        hits=tuple(Hit(window, max(0, since - window.since)) for window, since in found.items()),
        missed=tuple(window for window in judged if window not in found),
        false=tuple(
            anomaly
            for anomaly in anomalies
            if not any(_overlap(anomaly, window) for window in windows)
        ),
        unjudged=tuple(sorted(early)),
    )


def _overlap(anomaly: Anomaly, window: Window) -> bool:
    return anomaly.since <= window.until and window.since <= anomaly.until
