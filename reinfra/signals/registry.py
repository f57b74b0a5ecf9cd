"""The tables of signals, read once from the TOML files in `tables`.

A row gives OpenTelemetry's name where one exists, a base unit, the kind of number, which way is worse, how
often a sample is expected (seconds), where the signal can exist, and what each source calls it:
`DCGM_FI_DEV_GPU_UTIL [%]`, or `vllm:prompt_tokens [{token}] gen_ai.token.type=input` where the source's
name says what a label says here; a list where a source has several names for it.
"""

import functools
import tomllib
from collections.abc import Iterator
from importlib import resources
from typing import Any

from reinfra.model import Kind
from reinfra.signals.signal import Mapped, Signal, SourceName, Worse
from reinfra.signals.units import factor


@functools.cache
def signals() -> dict[str, Signal]:
    """Every registered signal by its canonical name, in the order of the files and their rows."""
    return {signal.name: signal for signal in map(_signal, _rows())}


def find(name: str) -> Signal | None:
    """The signal of this canonical name, None for a metric that nobody described."""
    return signals().get(name)


@functools.cache
def by_source(source: str) -> dict[str, Mapped]:
    """What `source` delivers, by the source's own metric names, with the factor into base units."""
    return {
        name.metric: Mapped(signal, factor(name.unit, signal.unit), name.labels)
        for signal in signals().values()
        for name in signal.sources.get(source, ())
    }


def _rows() -> Iterator[dict[str, Any]]:
    folder = resources.files("reinfra.signals") / "tables"
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if file.name.endswith(".toml"):
            yield from tomllib.loads(file.read_text(encoding="utf-8"))["signal"]


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
        sources={source: _names(given) for source, given in row.get("sources", {}).items()},
    )


def _names(given: str | list[str]) -> tuple[SourceName, ...]:
    return tuple(_name(text) for text in ([given] if isinstance(given, str) else given))


def _name(text: str) -> SourceName:
    """Split `metric [unit] label=value …`."""
    metric, _, rest = text.partition(" [")
    unit, _, labels = rest.partition("]")
    pairs = (pair.partition("=") for pair in labels.split())
    return SourceName(metric, unit or "1", tuple((name, value) for name, _, value in pairs))
