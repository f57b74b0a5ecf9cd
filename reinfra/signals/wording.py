"""Numbers, units and times as a person reads them, on a page, in a mail, in a sentence."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime

from reinfra.model import DAY, HOUR, MINUTE, SECOND, SeriesKey
from reinfra.signals.registry import find

UNKNOWN = "unknown"
_DECIMAL = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"), (1.0, ""))
_PREFIXED = {"By": "B", "By/s": "B/s", "W": "W", "J": "J", "Hz": "Hz"}
_SUBSECOND = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"))
_SPANS = ((DAY, "d"), (HOUR, "h"), (MINUTE, "min"), (SECOND, "s"))
_SHARES = ("utilization", "coverage")
_WHOLE_FROM = 100


@dataclass(frozen=True, slots=True)
class Scale:
    """How a unit is written: a value in base units divided by `divisor` is in `unit`."""

    divisor: float
    unit: str


def signal_name(key: SeriesKey) -> str:
    """The signal's title up to its first mark; the metric's own name where nobody described it."""
    signal = find(key.metric)
    if signal is None:
        return key.metric
    return signal.title.replace(":", ",").replace(";", ",").replace(" (", ",").split(",")[0]


def amount(key: SeriesKey, value: float) -> str:
    """A value of this series with its unit: 38 %, 547 MB."""
    signal = find(key.metric)
    return quantity(value, key.unit, signal.family if signal else "")


def quantity(value: float, unit: str, family: str = "") -> str:
    """38 %, 547 MB, 12.3 ms, 656 requests, 2.5 tokens/s."""
    if not math.isfinite(value):
        return UNKNOWN
    chosen = scale(value, unit, family)
    shown = chosen.unit if value != 1 or "{" not in unit else _noun(unit, "")
    return f"{number(value / chosen.divisor)} {shown}".rstrip()


def scale(peak: float, unit: str, family: str = "") -> Scale:
    """The scale at which `peak`, in the base unit `unit`, is read most easily.

    Only utilization and coverage are percentages: other numbers of unit "1" may be codes or counts.
    """
    size = abs(peak) if math.isfinite(peak) else 0.0
    if unit == "1":
        return Scale(0.01, "%") if family in _SHARES else Scale(1.0, "")
    if unit == "s":
        smallest = _SUBSECOND[-1] if size else _SUBSECOND[0]
        return Scale(*next((row for row in _SUBSECOND if size >= row[0]), smallest))
    if unit in _PREFIXED:
        divisor, prefix = next((row for row in _DECIMAL if size >= row[0]), (1.0, ""))
        return Scale(divisor, prefix + _PREFIXED[unit])
    return Scale(1.0, _noun(unit, "s"))


def number(value: float) -> str:
    """Three significant digits; from 100 on, whole numbers with thousands separated."""
    if not math.isfinite(value):
        return UNKNOWN
    return f"{value:,.0f}" if abs(value) >= _WHOLE_FROM else f"{value:.3g}"


def clock_time(at: int) -> str:
    """03:25 UTC."""
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%H:%M UTC")


def duration(milliseconds: float) -> str:
    """The two largest units: 2 h 5 min."""
    parts = []
    rest = max(round(milliseconds / SECOND), 0) * SECOND
    for span, unit in _SPANS:
        count, rest = divmod(rest, span)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2]) or "0 s"


def _noun(unit: str, plural: str) -> str:
    """{request}/s is read as requests/s; a unit nobody knows is not shown."""
    if unit == "{unknown}":
        return ""
    return unit.replace("{", "").replace("}", plural).replace("Cel", "°C")
