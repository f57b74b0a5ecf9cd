"""Anomalies in words: what was seen, where, and what was expected."""

import math

from reinfra.model import Anomaly, SeriesKey, iso
from reinfra.signals import find

_PREFIXES = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"), (0.0, ""))
_PREFIXED = {"By": "B", "By/s": "B/s", "W": "W", "J": "J", "Hz": "Hz"}
_SUBSECOND = ((1.0, "s"), (1e-3, "ms"), (0.0, "us"))
_SUBSECOND_FACTOR = {"s": 1.0, "ms": 1e3, "us": 1e6}
_PLAIN = {"1": "", "Cel": " °C", "{unknown}": ""}


def signal_name(key: SeriesKey) -> str:
    """The signal's title up to its first mark; the metric's own name where nobody described it."""
    signal = find(key.metric)
    if signal is None:
        return key.metric
    return signal.title.replace(":", ",").replace(";", ",").replace(" (", ",").split(",")[0]


def quantity(value: float, unit: str) -> str:
    """0.98, 547 MB, 12.3 ms, 656 request."""
    if unit in _PREFIXED:
        size, prefix = next(row for row in _PREFIXES if abs(value) >= row[0])
        return f"{_number(value / (size or 1.0))} {prefix}{_PREFIXED[unit]}"
    if unit == "s":
        shown = next(name for size, name in _SUBSECOND if abs(value) >= size) if value else "s"
        return f"{_number(value * _SUBSECOND_FACTOR[shown])} {shown}"
    return _number(value) + _PLAIN.get(unit, " " + unit.replace("{", "").replace("}", ""))


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


def _number(value: float) -> str:
    """Three significant digits; powers of ten only below what people read at a glance."""
    if abs(value) >= 100:  # noqa: PLR2004 - from here on three digits are the whole part
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) >= 1e-4 or value == 0 else f"{value:.1e}"  # noqa: PLR2004
