"""Detectors that score samples and give no band in which they are not flagged, each with the reason."""

from detectors.pyod_adapter import PREFIX

_SHAPES = "shapes are compared, and a shape has no band"
_WHY = {
    "novelty": "it asks how new a value is, not how large it should be",
    "time-to-limit": "it says when a limit is reached, not what a sample should be",
    "windows": _SHAPES,
    "windows_stream": _SHAPES,
}


def why_no_band(name: str) -> str:
    """A few words; empty for a detector whose scores come with an expected value and a scale."""
    if name.startswith(PREFIX):
        return "PyOD scores windows and expects no value"
    return _WHY.get(name, "")
