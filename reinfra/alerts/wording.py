"""Anomalies in words: what was seen, where, and what was expected."""

import math

from reinfra.model import Anomaly, iso
from reinfra.signals.wording import amount, signal_name


def headline(anomaly: Anomaly, place: str, series_count: int) -> str:
    """CPU utilization 98 % on i-53ea38, expected 35 % to 47 %, and 2 more series.

    Where no single value is out of what was expected, as in a level that shifted, the detector's own words.
    """
    if anomaly.expected_low <= anomaly.value <= anomaly.expected_high < math.inf and anomaly.reason:
        said = anomaly.reason.partition(": ")[0]
        return f"{said}, on {place}{_more(series_count - 1)}"
    return f"{_seen(anomaly)} on {place}{_expected(anomaly)}{_more(series_count - 1)}"


def evidence(anomaly: Anomaly) -> str:
    """One line of a message: since when, the detector's own sentence, and the series it is about."""
    return f"{iso(anomaly.since)} {anomaly.reason} [{anomaly.key}]"


def _seen(anomaly: Anomaly) -> str:
    name = signal_name(anomaly.key)
    if math.isnan(anomaly.value):
        return f"{name} fell silent"
    return f"{name} {amount(anomaly.key, anomaly.value)}"


def _expected(anomaly: Anomaly) -> str:
    key, low, high = anomaly.key, anomaly.expected_low, anomaly.expected_high
    if math.isfinite(low) and math.isfinite(high):
        return f", expected {amount(key, low)} to {amount(key, high)}"
    if math.isfinite(low):
        return f", expected at least {amount(key, low)}"
    if math.isfinite(high):
        return f", expected at most {amount(key, high)}"
    return ""


def _more(count: int) -> str:
    return f", and {count} more series" if count > 0 else ""
