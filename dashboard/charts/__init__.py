"""Charts as ECharts options: pure functions from values to plain dicts, drawn by the pages."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Chart:
    """`alt` says in words what the chart shows, `note` what must be said beside it (empty: nothing)."""

    option: dict[str, Any]
    alt: str
    height: int = 350
    note: str = ""
