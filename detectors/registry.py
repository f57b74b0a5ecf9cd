"""Detectors by the names that the configuration uses."""

import dataclasses
from collections.abc import Callable
from typing import Any, cast

from detectors.autoregression import Autoregression
from detectors.base import Detector
from detectors.counts import Counts
from detectors.drift import Drift
from detectors.latency import Latency
from detectors.limit import TimeToLimit
from detectors.multivariate import Multivariate
from detectors.novelty import Novelty
from detectors.peers import Peers
from detectors.proportion import Proportion
from detectors.pyod_adapter import PREFIX, PyodDetector
from detectors.seasonal import Seasonal
from detectors.shift import Shift
from detectors.windows import Windows, WindowsStream
from reinfra.model import InputError

DETECTORS: dict[str, Callable[[], Detector]] = {
    "autoregression": Autoregression,
    "counts": Counts,
    "drift": Drift,
    "latency": Latency,
    "latency-load": lambda: Latency(busy=True),
    "multivariate": Multivariate,
    "novelty": Novelty,
    "peers": Peers,
    "proportion": Proportion,
    "shift": Shift,
    "stl": Seasonal,
    "time-to-limit": TimeToLimit,
    "windows": Windows,
    "windows_stream": WindowsStream,
    "pyod:KNN": lambda: PyodDetector("KNN"),
}
"""Those that the conformance tests run; "pyod:" followed by any other PyOD name works as well."""


def detector(name: str, per_week: float | None = None) -> Detector:
    """The detector of this name with its default settings. Raises InputError for a name nobody knows.

    `per_week` false alarms per series and week are what a detector with a limit of its own makes it for.
    """
    if name in DETECTORS:
        return _aimed(DETECTORS[name](), per_week)
    if name.startswith(PREFIX) and name.removeprefix(PREFIX).isidentifier():
        return PyodDetector(name.removeprefix(PREFIX))
    known = ", ".join(DETECTORS)
    raise InputError(f"no detector is called {name!r}", todo=f"Known: {known}, pyod:<PyOD class>")


def _aimed(made: Detector, per_week: float | None) -> Detector:
    if per_week is None or made.limit is None or not hasattr(made, "per_week"):
        return made
    return cast(Detector, dataclasses.replace(cast(Any, made), per_week=per_week))
