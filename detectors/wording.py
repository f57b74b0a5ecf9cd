"""Numbers, units and times as a person reads them in one sentence."""

from datetime import UTC, datetime

from reinfra.model import DAY, HOUR, MINUTE, SECOND, SeriesKey
from reinfra.signals import find

_PREFIXES = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))
_PREFIXED = {"By": "B", "W": "W", "J": "J", "Hz": "Hz", "By/s": "B/s"}
_SUBSECOND = ((1.0, "s", 1.0), (1e-3, "ms", 1e3), (0.0, "us", 1e6))
_PLAIN = {"1": "", "Cel": " °C", "{unknown}": ""}
_WHOLE_FROM = 100
_SPANS = ((DAY, "d"), (HOUR, "h"), (MINUTE, "min"), (SECOND, "s"))


def name(key: SeriesKey) -> str:
    """The signal's title up to its first comma or colon; the metric's own name where nobody described it."""
    signal = find(key.metric)
    if signal is None:
        return key.metric
    return signal.title.replace(":", ",").replace(";", ",").split(",")[0]


def quantity(value: float, unit: str) -> str:
    """0.98, 547 MB, 12.3 ms, 656 requests, 2.5 tokens/s."""
    if unit in _PREFIXED:
        size, prefix = next(((s, p) for s, p in _PREFIXES if abs(value) >= s), (1.0, ""))
        return f"{number(value / size)} {prefix}{_PREFIXED[unit]}"
    if unit == "s":
        _, shown, factor = next(row for row in _SUBSECOND if abs(value) >= row[0])
        return f"{number(value * factor)} {shown}" if value else "0 s"
    if unit in _PLAIN:
        return number(value) + _PLAIN[unit]
    return f"{number(value)} {unit.replace('{', '').replace('}', '' if value == 1 else 's')}"


def number(value: float) -> str:
    """Three significant digits; from 100 on, whole numbers with thousands separated."""
    if abs(value) >= _WHOLE_FROM:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def clock_time(at: int) -> str:
    """03:25 UTC."""
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%H:%M UTC")


def duration(milliseconds: float) -> str:
    """The two largest units: 2 h 5 min."""
    parts = []
    rest = round(milliseconds / SECOND) * SECOND
    for span, unit in _SPANS:
        count, rest = divmod(rest, span)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2]) or "0 s"
