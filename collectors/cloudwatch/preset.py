"""What a service's metrics mean: one TOML file for each service in `presets`.

A file says where the facts are from (`source`), which dimension names the service that alerts are about
(`owner`), and has a `[[metric]]` for each metric: its signal, the unit that CloudWatch gives it in (UCUM),
the statistics that mean something, the dimensions that it must have (`needs`), constant labels, and in
`note` what is doubtful. `[[never]]` names signals that people look for here and GetMetricData cannot give.
"""

import functools
import tomllib
from dataclasses import dataclass
from importlib import resources
from typing import Any

from collectors.cloudwatch.statistic import LABEL, kind, word
from reinfra.model import Kind, SeriesKey
from reinfra.signals import Signal, factor, signals

_COUNTED = (Kind.PERIOD_COUNT, Kind.COUNTER)


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """A metric of a preset. Its values times `factor` are in the signal's unit."""

    namespace: str
    metric: str
    signal: Signal
    factor: float
    statistics: tuple[str, ...]
    period: int
    needs: tuple[str, ...]
    labels: dict[str, str]
    note: str

    def key(self, statistic: str, labels: dict[str, str]) -> SeriesKey:
        """What a statistic is decides, whatever other sources give: a total there is a period's count here."""
        return SeriesKey.of(self.signal.name, labels, self._kind(statistic), self.signal.unit)

    def statistic_labels(self, statistic: str) -> dict[str, str]:
        """A count needs no word for what it is; every other statistic has one, and is its own series."""
        return {} if self._kind(statistic) is Kind.PERIOD_COUNT else {LABEL: word(statistic)}

    def coarsens(self, statistic: str) -> bool:
        """Whether a longer period still means the same: the sum of a level grows with it."""
        return kind(statistic) is self._kind(statistic)

    def _kind(self, statistic: str) -> Kind:
        return kind(statistic) if self.signal.kind in _COUNTED else Kind.GAUGE


@dataclass(frozen=True, slots=True)
class Never:
    """A signal that this service's metrics in CloudWatch never have, and why."""

    signal: str
    reason: str


@dataclass(frozen=True, slots=True)
class Preset:
    name: str
    title: str
    service: str
    owner: str
    source: str
    rows: tuple[Row, ...]
    never: tuple[Never, ...]


@functools.cache
def load(name: str) -> Preset:
    """The preset of this name, which the settings have checked."""
    file = resources.files("collectors.cloudwatch") / "presets" / f"{name}.toml"
    given = tomllib.loads(file.read_text(encoding="utf-8"))
    return Preset(
        name,
        given["title"],
        given["service"],
        given.get("owner", ""),
        given["source"],
        tuple(_row(row, given) for row in given["metric"]),
        tuple(Never(**row) for row in given.get("never", ())),
    )


@functools.cache
def names() -> tuple[str, ...]:
    folder = resources.files("collectors.cloudwatch") / "presets"
    return tuple(sorted(file.name.removesuffix(".toml") for file in folder.iterdir()))


def find(namespace: str, metric: str, statistic: str) -> Row | None:
    """What a preset says of a metric that somebody asks for by name."""
    rows = (row for name in names() for row in load(name).rows)
    asked = namespace, metric
    return next(
        (r for r in rows if (r.namespace, r.metric) == asked and statistic in r.statistics), None
    )


def _row(row: dict[str, Any], preset: dict[str, Any]) -> Row:
    signal = signals()[row["signal"]]
    return Row(
        namespace=row.get("namespace") or preset["namespace"],
        metric=row["name"],
        signal=signal,
        factor=factor(row["unit"], signal.unit),
        statistics=tuple(row["statistics"]),
        period=row.get("period", preset.get("period", 60)),
        needs=tuple(row.get("needs", preset.get("needs", ()))),
        labels=row.get("labels", {}),
        note=row.get("note", ""),
    )
