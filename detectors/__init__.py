"""Detectors: one module per idea of "strange". Pure functions; the heavy libraries load on first use."""

from detectors.base import Detector, DetectorError, Scores, Streaming
from detectors.registry import DETECTORS, detector

__all__ = ["DETECTORS", "Detector", "DetectorError", "Scores", "Streaming", "detector"]
