"""What only pages write: percentages, changes, money, counts, instants. The rest is reinfra.signals.wording."""

import math
from datetime import UTC, datetime

from reinfra.signals.wording import UNKNOWN, number


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
