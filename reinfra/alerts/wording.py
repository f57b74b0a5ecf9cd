"""Anomalies in words: what was seen, where, and what was expected."""

import math

from reinfra.model import Anomaly, iso
from reinfra.signals.wording import quantity, signal_name


def headline(anomaly: Anomaly, place: str, series_count: int) -> str:
    """CPU utilization 0.98 on i-53ea38, expected 0.35 to 0.47, and 2 more series."""
    return f"{_seen(anomaly)} on {place}{_expected(anomaly)}{_more(series_count - 1)}"


def evidence(anomaly: Anomaly) -> str:
    """One line of a message: since when, the detector's own sentence, and the series it is about."""
    return f"{iso(anomaly.since)} {anomaly.reason} [{anomaly.key}]"


def _seen(anomaly: Anomaly) -> str:
    name = signal_name(anomaly.key)
    if math.isnan(anomaly.value):
        return f"{name} fell silent"
    return f"{name} {quantity(anomaly.value, anomaly.key.unit)}"


def _expected(anomaly: Anomaly) -> str:
    unit, low, high = anomaly.key.unit, anomaly.expected_low, anomaly.expected_high
    if math.isfinite(low) and math.isfinite(high):
        return f", expected {quantity(low, unit)} to {quantity(high, unit)}"
    if math.isfinite(low):
        return f", expected at least {quantity(low, unit)}"
    if math.isfinite(high):
        return f", expected at most {quantity(high, unit)}"
    return ""


def _more(count: int) -> str:
    return f", and {count} more series" if count > 0 else ""
