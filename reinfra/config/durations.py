"""Durations as Prometheus and Alertmanager write them: 30s, 5m, 1h30m."""

import re

_UNITS = {
    "y": 365 * 86_400_000,
    "w": 7 * 86_400_000,
    "d": 86_400_000,
    "h": 3_600_000,
    "m": 60_000,
    "s": 1_000,
    "ms": 1,
}
_WRITTEN = re.compile("".join(rf"(?:(?P<{unit}>\d{{1,9}}){unit})?" for unit in _UNITS), re.ASCII)
LONGEST = 10 * _UNITS["y"]


def milliseconds(given: object) -> int:
    """Of 1h30m; a number is seconds, as other settings have them. Raises ValueError."""
    if isinstance(given, int | float) and not isinstance(given, bool):
        found = round(given * 1_000) if 0 <= given <= LONGEST else -1
    else:
        found = _read(str(given))
    if not 0 <= found <= LONGEST:
        raise ValueError(f"not a duration: {str(given)[:30]!r}; write 30s, 5m or 1h30m")
    return found


def written(duration: int) -> str:
    """1h30m, of ms."""
    parts, rest = [], duration
    for unit, size in _UNITS.items():
        if unit not in {"y", "w"} and rest >= size:
            parts.append(f"{rest // size}{unit}")
            rest %= size
    return "".join(parts) or "0s"


def _read(text: str) -> int:
    if text == "0":
        return 0
    whole = _WRITTEN.fullmatch(text)
    if whole is None or not text:
        return -1
    return sum(int(count) * _UNITS[unit] for unit, count in whole.groupdict().items() if count)
