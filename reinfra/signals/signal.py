"""One row of the signal registry."""

import enum
from dataclasses import dataclass, field

from reinfra.model import Kind, SeriesKey


class Worse(enum.StrEnum):
    """Which way a signal goes when things get bad."""

    UP = "up"
    DOWN = "down"
    BOTH = "both"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class SourceName:
    """What a source calls a signal, and the unit it gives it in (UCUM, or the source's own such as "%").

    `labels` are what the source's name says and ours says in a label.
    """

    metric: str
    unit: str
    labels: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Signal:
    """What reinfra knows of a signal; nothing about it is guessed from its name.

    `unit` is a UCUM base unit, `cadence` how many seconds apart samples are expected (None: no
    expectation, so nothing can be late), `hardware` where it can exist at all ("any" is everywhere).
    """

    name: str
    title: str
    family: str
    unit: str
    kind: Kind
    worse: Worse
    cadence: float | None = None
    hardware: tuple[str, ...] = ("any",)
    sources: dict[str, tuple[SourceName, ...]] = field(default_factory=dict)

    def key(self, labels: dict[str, str]) -> SeriesKey:
        """The key of one series of this signal."""
        return SeriesKey.of(self.name, labels, self.kind, self.unit)


@dataclass(frozen=True, slots=True)
class Mapped:
    """How a source's metric becomes a signal: its value times `factor`, its labels and these."""

    signal: Signal
    factor: float
    labels: tuple[tuple[str, str], ...] = ()
