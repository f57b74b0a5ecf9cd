"""Thresholds that hold a promised rate of false alarms, learned without labels."""

from detectors.calibration.confidence import Confidence, Strength

__all__ = ["Confidence", "Strength"]
