"""Detectors by the names that the configuration uses."""

from collections.abc import Callable

from detectors.autoregression import Autoregression
from detectors.base import Detector
from detectors.pyod_adapter import PREFIX, PyodDetector
from detectors.seasonal import Seasonal
from reinfra.model import InputError

DETECTORS: dict[str, Callable[[], Detector]] = {
    "autoregression": Autoregression,
    "stl": Seasonal,
    "pyod:KNN": lambda: PyodDetector("KNN"),
}
"""Those that the conformance tests run; "pyod:" followed by any other PyOD name works as well."""


def detector(name: str) -> Detector:
    """The detector of this name with its default settings. Raises InputError for a name nobody knows."""
    if name in DETECTORS:
        return DETECTORS[name]()
    if name.startswith(PREFIX) and name.removeprefix(PREFIX).isidentifier():
        return PyodDetector(name.removeprefix(PREFIX))
    known = ", ".join(DETECTORS)
    raise InputError(f"no detector is called {name!r}", todo=f"Known: {known}, pyod:<PyOD class>")
