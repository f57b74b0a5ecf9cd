"""What a series is: a metric, the labels that tell it from its siblings, and how to read its numbers."""

import enum
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache


class Kind(enum.StrEnum):
    """How a number relates to the one before it."""

    GAUGE = "gauge"
    """A level: each sample stands alone."""
    COUNTER = "counter"
    """A total since some start; only its increase means anything, and it may reset."""
    PERIOD_COUNT = "period_count"
    """A count of what happened since the sample before (delta temporality); never differenced."""
    LATCHED = "latched"
    """The last value seen, repeated until another replaces it, such as DCGM's last XID code."""
    HISTOGRAM = "histogram"
    """One cumulative bucket, named by its `le` label."""


class Origin(enum.StrEnum):
    """Where numbers come from. Every series carries it, every page says it."""

    LIVE = "live"
    RECORDED = "recorded"
    """Measured on a real system at another time, and replayed with its times shifted."""
    SIMULATED = "simulated"


ORIGIN_LABEL = "reinfra.origin"
DERIVED_LABEL = "reinfra.derived_from"
"""On a series that was computed and not measured: a few words saying from what and how."""


@dataclass(frozen=True, slots=True)
class SeriesKey:
    """The identity of a series. `kind` and `unit` describe it and are no part of its identity.

    `unit` is a UCUM code of a base unit as OpenTelemetry writes them: "1", "s", "By", "J", "{token}/s".
    """

    metric: str
    labels: tuple[tuple[str, str], ...] = ()
    kind: Kind = field(default=Kind.GAUGE, compare=False)
    unit: str = field(default="1", compare=False)

    @classmethod
    def of(
        cls, metric: str, labels: Mapping[str, str], kind: Kind = Kind.GAUGE, unit: str = "1"
    ) -> "SeriesKey":
        """Labels sorted by name; an empty label is no label, as in Prometheus."""
        pairs = tuple(sorted((name, value) for name, value in labels.items() if value != ""))
        return cls(metric, pairs, kind, unit)

    def label(self, name: str, default: str = "") -> str:
        for key, value in self.labels:
            if key == name:
                return value
        return default

    @property
    def origin(self) -> Origin:
        named = self.label(ORIGIN_LABEL)
        return Origin(named) if named else Origin.LIVE

    @property
    def fingerprint(self) -> bytes:
        """16 bytes that name this series in any store, on any machine.

        Every part is length-prefixed, so that no two different label sets read the same.
        """
        parts = b"".join([_sized(self.metric), *map(_sized_pair, self.labels)])
        return hashlib.blake2b(parts, digest_size=16).digest()

    def __str__(self) -> str:
        shown = ",".join(f'{name}="{value}"' for name, value in self.labels if name != ORIGIN_LABEL)
        return f"{self.metric}{{{shown}}}" if shown else self.metric


def _sized(text: str) -> bytes:
    """A part of a fingerprint."""
    raw = text.encode()
    return len(raw).to_bytes(4, "little") + raw


@lru_cache(maxsize=65_536)
def _sized_pair(pair: tuple[str, str]) -> bytes:
    """Most labels are those of many series."""
    return _sized(pair[0]) + _sized(pair[1])
