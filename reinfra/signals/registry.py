"""The table of signals, read once from signals.toml beside this file."""

import functools
import tomllib
from collections.abc import Iterator
from importlib import resources
from typing import Any

from reinfra.model import Kind
from reinfra.signals.signal import Signal, SourceName, Worse


@functools.cache
def signals() -> dict[str, Signal]:
    """Every registered signal by its canonical name, in the table's order."""
    text = resources.files("reinfra.signals").joinpath("signals.toml").read_text()
    rows = (_signal(row) for row in tomllib.loads(text)["signal"])
    return {signal.name: signal for signal in rows}


def find(name: str) -> Signal | None:
    """The signal of this canonical name, None for a metric that nobody described."""
    return signals().get(name)


@functools.cache
def by_source(source: str) -> dict[str, Signal]:
    """The signals that `source` delivers, by the source's own metric names."""
    return dict(_named_by(source))


def _named_by(source: str) -> Iterator[tuple[str, Signal]]:
    for signal in signals().values():
        if source in signal.sources:
            yield signal.sources[source].metric, signal


def _signal(row: dict[str, Any]) -> Signal:
    return Signal(
        name=row["name"],
        title=row["title"],
        family=row["family"],
        unit=row["unit"],
        kind=Kind(row.get("kind", Kind.GAUGE)),
        worse=Worse(row["worse"]),
        cadence=row.get("cadence"),
        hardware=tuple(row.get("hardware", ["any"])),
        sources={source: _source_name(text) for source, text in row.get("sources", {}).items()},
    )


def _source_name(text: str) -> SourceName:
    """Split `DCGM_FI_DEV_GPU_UTIL [%]` into the metric and the unit that the source gives it in."""
    metric, _, unit = text.partition(" [")
    return SourceName(metric, unit.removesuffix("]") or "1")
