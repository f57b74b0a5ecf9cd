"""The series that one distribution becomes: its buckets or quantiles, `.sum` and `.count`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from collectors.otlp.points import Rows
from collectors.otlp.series import Series
from reinfra.model import Kind

SUM, COUNT = ".sum", ".count"


@dataclass(slots=True)
class Family:
    """`kind` is HISTOGRAM (cumulative), PERIOD_COUNT (delta) or GAUGE (a summary).

    `label` tells its members apart: `le`, or `quantile`. `bounds` and `places` are of the last point.
    """

    metric: str
    labels: Mapping[str, str]
    kind: Kind
    unit: str
    factor: float
    label: str = "le"
    bounds: tuple[float, ...] = ()
    places: list[int] = field(default_factory=list)
    members: dict[str, int] = field(default_factory=dict)

    @property
    def cumulative(self) -> bool:
        return self.kind is not Kind.PERIOD_COUNT

    def member(self, at: str, series: Series) -> int:
        """The series of one bound, or of `.sum` and `.count`."""
        number = self.members.get(at)
        if number is None:
            number = self.members[at] = self._new(at, series)
        return number

    def _new(self, at: str, series: Series) -> int:
        if at in (SUM, COUNT):
            kind = Kind.COUNTER if self.cumulative else Kind.PERIOD_COUNT
            unit = self.unit if at == SUM else "1"
            return series.number(self.metric + at, self.labels, kind, unit)
        unit = self.unit if self.kind is Kind.GAUGE else "1"
        return series.number(self.metric, {**self.labels, self.label: at}, self.kind, unit)


@dataclass(slots=True)
class Moment:
    """One point of a family: when it was, since when it counts (0 for a delta), where its samples go."""

    family: Family
    series: Series
    rows: Rows
    at: int
    since: int

    def put(self, members: Iterable[int], values: Iterable[float]) -> None:
        for number, value in zip(members, values, strict=True):
            self.rows.add(number, self.at, self.since, value)

    def put_totals(self, count: int, total: float | None) -> None:
        """`.count`, and `.sum` where it is known."""
        if total is not None:
            self.put([self.family.member(SUM, self.series)], [total * self.family.factor])
        self.put([self.family.member(COUNT, self.series)], [float(count)])
