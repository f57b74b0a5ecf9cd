"""How far each stretch of a series is from the stretch most like it, at several lengths and in several views."""

from detectors.windows.batch import Windows
from detectors.windows.stream import WindowsStream

__all__ = ["Windows", "WindowsStream"]
