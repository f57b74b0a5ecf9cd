"""Numbers with their units, and times in UTC, as the pages write them."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime

from reinfra.model import DAY, HOUR, MINUTE, SECOND

UNKNOWN = "unknown"
_DECIMAL = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"), (1.0, ""))
_SUBSECOND = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"))
_SYMBOL = {"By": "B", "By/s": "B/s", "W": "W", "J": "J", "Hz": "Hz"}
_SPANS = ((DAY, "d"), (HOUR, "h"), (MINUTE, "min"), (SECOND, "s"))


@dataclass(frozen=True, slots=True)
class Scale:
    """How an axis writes a unit: a value in base units divided by `divisor` is in `unit`."""

    divisor: float
    unit: str


def scale(peak: float, unit: str, family: str = "") -> Scale:
    """The scale at which `peak`, in the base unit `unit`, is read most easily.

    Only a utilization is a percentage: other ratios of unit "1" may be codes or counts.
    """
    size = abs(peak) if math.isfinite(peak) else 0.0
    if unit == "1":
        return Scale(0.01, "%") if family == "utilization" else Scale(1.0, "")
    if unit == "s":
        return Scale(*next((row for row in _SUBSECOND if size >= row[0]), (1.0, "s")))
    if unit in _SYMBOL:
        divisor, prefix = next((row for row in _DECIMAL if size >= row[0]), (1.0, ""))
        return Scale(divisor, prefix + _SYMBOL[unit])
    return Scale(1.0, _annotation(unit))


def number(value: float) -> str:
    """Three significant digits; powers of ten only below 0.0001."""
    if not math.isfinite(value):
        return UNKNOWN
    if abs(value) >= 100:  # noqa: PLR2004 - from here on three digits are the whole part
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) >= 1e-4 or value == 0 else f"{value:.1e}"  # noqa: PLR2004


def quantity(value: float, unit: str, family: str = "") -> str:
    """38 %, 547 MB, 12.3 ms, 656 request."""
    if not math.isfinite(value):
        return UNKNOWN
    chosen = scale(value, unit, family)
    return f"{number(value / chosen.divisor)} {chosen.unit}".rstrip()


def percent(ratio: float) -> str:
    return f"{number(100 * ratio)} %" if math.isfinite(ratio) else UNKNOWN


def signed(value: float, unit: str = "") -> str:
    """A change with its sign. The minus is ASCII: Streamlit draws an upward arrow for any other one."""
    if not math.isfinite(value):
        return UNKNOWN
    shown = f"{value:+,.0f}" if abs(value) >= 100 else f"{value:+.3g}"  # noqa: PLR2004
    return f"{shown} {unit}".rstrip()


def usd(value: float) -> str:
    return f"${value:,.2f}" if math.isfinite(value) else UNKNOWN


def count(many: int, one: str, more: str = "") -> str:
    """1 series, 2 incidents: a number with its noun."""
    return f"{many:,} {one if many == 1 else more or one + 's'}"


def instant(at: int) -> str:
    """2026-11-20 15:00 UTC."""
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")


def duration(milliseconds: float) -> str:
    """The two largest units: 2 h 5 min."""
    parts = []
    rest = max(round(milliseconds / SECOND), 0) * SECOND
    for span, unit in _SPANS:
        many, rest = divmod(rest, span)
        if many:
            parts.append(f"{many} {unit}")
    return " ".join(parts[:2]) or "0 s"


def _annotation(unit: str) -> str:
    """{request}/s is read as request/s; a unit nobody knows is not shown."""
    return (
        "" if unit == "{unknown}" else unit.replace("{", "").replace("}", "").replace("Cel", "°C")
    )
