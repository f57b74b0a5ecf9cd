"""What can be compared between fleets: rows of a table, each with its signals, direction and provenance."""

import enum
import functools
import tomllib
from dataclasses import dataclass
from importlib import resources

from reinfra.errors import InputError

PAID = "$"
"""The denominator that is no signal: what the hours of the nodes cost."""


class Provenance(enum.StrEnum):
    MEASURED = "measured"
    DERIVED = "derived"
    UNKNOWN = "unknown"


class Form(enum.StrEnum):
    MEAN = "mean"
    RATIO = "ratio"
    QUANTILE = "quantile"


@dataclass(frozen=True, slots=True)
class LiveMeasure:
    """`signals` and `per` are selectors, of which a fleet's first counts; `relative` compares by a log ratio."""

    name: str
    title: str
    form: Form
    relative: bool
    worse: str
    provenance: Provenance
    signals: tuple[str, ...]
    per: tuple[str, ...]
    share: float
    note: str


@functools.cache
def live_measures() -> dict[str, LiveMeasure]:
    text = (
        resources.files("reinfra.gaps").joinpath("live_measures.toml").read_text(encoding="utf-8")
    )
    rows = tomllib.loads(text)["measure"]
    return {
        row["name"]: LiveMeasure(
            row["name"],
            row["title"],
            Form(row["form"]),
            row["compare"] == "ratio",
            row["worse"],
            Provenance(row["provenance"]),
            tuple(row["signals"]),
            tuple(row.get("per", ())),
            row.get("share", 0.5),
            row.get("note", ""),
        )
        for row in rows
    }


def live_measure(name: str) -> LiveMeasure:
    """Raises InputError naming those there are."""
    known = live_measures()
    if name not in known:
        raise InputError(f"no measure is called {name!r}", todo=f"There are: {', '.join(known)}.")
    return known[name]
