"""One metrics request: each metric's points, by its type, as samples.

A monotonic sum is a counter, a sum of deltas a count per period whether monotonic or not, any other sum a gauge.
Distributions become buckets by `le` beside `.sum` and `.count`, summaries levels by `quantile`.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from collectors.otlp import metric as types
from collectors.otlp.complaints import Complaints
from collectors.otlp.distributions import kind_of
from collectors.otlp.envelope import group
from collectors.otlp.layouts import LEAST_POINTS, Layout, Message
from collectors.otlp.memory import Memory
from collectors.otlp.metric import Metric
from collectors.otlp.numbers import Numbers
from collectors.otlp.places import Places
from collectors.otlp.points import Columns, Rows
from collectors.otlp.resources import Described, Resources
from collectors.otlp.series import UNKNOWN
from collectors.otlp.wire import Span, Wire
from reinfra.model import Kind


@dataclass(slots=True)
class Request:
    """Filled by `add` for each resource, then read by `columns`. `items` counts the points that came."""

    data: bytes
    memory: Memory
    resources: Resources
    wire: Wire = field(init=False)
    raw: NDArray[np.uint8] = field(init=False)
    items: int = 0
    told: list[bytes] = field(default_factory=list)
    complaints: Complaints = field(default_factory=Complaints)
    _numbers: Numbers = field(default_factory=Numbers)
    _rows: Rows = field(default_factory=Rows)
    _known: list[Places] = field(default_factory=list)
    _fresh: list[tuple[Message, slice]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.wire = Wire(self.data)
        self.raw = np.frombuffer(self.data, np.uint8)

    def add(self, start: int, end: int) -> None:
        """The metrics of the resource whose message is there."""
        layout = self.memory.layouts.find(self.data, self.raw, (start, end))
        if layout is None:
            self._read(start, end)
        else:
            self._reuse(layout, start)

    def columns(self) -> Columns:
        """All samples that can be taken; the rest is complained of."""
        read = self._numbers.places(self.data) if len(self._numbers) else None
        parts = [*self._known, *([read.take(read.series > UNKNOWN)] if read else [])]
        columns = [Places.joined(parts).columns(self.raw, self.complaints)] if parts else []
        if read:
            columns.append(self._numbers.odd(self.data, read, self.memory.series, self.complaints))
            self._learn(read)
        return Columns.joined([*columns, self._rows.columns()])

    def _read(self, start: int, end: int) -> None:
        resource, spans = group(self.wire, start, end)
        described = self.resources.describe(resource)
        first = len(self._numbers)
        others: list[Span] = []
        for span in spans:
            metric = self.memory.headers.metric(self.wire, *span)
            if not self._add(metric, resource, described):
                others.append(span)
        self.told.append(resource)
        if not described.fault:
            message = Message(resource, (start, end), tuple(others))
            self._fresh.append((message, slice(first, len(self._numbers))))

    def _reuse(self, layout: Layout, start: int) -> None:
        self._known.append(layout.places.moved(start))
        self.items += len(layout.places)
        described = self.resources.describe(layout.resource)
        for one, two in layout.others:
            metric = self.memory.headers.metric(self.wire, start + one, start + two)
            self._add(metric, layout.resource, described)
        self.told.append(layout.resource)

    def _add(self, metric: Metric, resource: bytes, described: Described) -> bool:
        """Whether the points of the metric are numbers that can be taken."""
        self.items += len(metric.starts)
        if not metric.starts:  # an empty envelope, which may be ignored
            return False
        if why := described.fault or metric.fault:
            self.complaints.refuse(why, metric.name, len(metric.starts))
            return False
        kind = _kind(metric)
        named = described.labels, metric.name, metric.unit, kind
        single = metric.type in (types.GAUGE, types.SUM)
        head = self.memory.series.head(resource, *named, spread=not single)
        if single:
            self._numbers.add(head, metric.starts, metric.ends)
            return True
        for start, end in zip(metric.starts, metric.ends, strict=True):
            raw = self.data[start:end]
            self.memory.distributions.read(metric.type, head, raw, self._rows, self.complaints)
        return False

    def _learn(self, read: Places) -> None:
        """The layouts of the resources of which every number was known."""
        for message, these in self._fresh:
            places = read.take(these)
            if len(places) >= LEAST_POINTS and (places.series > UNKNOWN).all():
                self.memory.layouts.learn(self.data, self.raw, message, places)


def _kind(metric: Metric) -> Kind:
    if metric.type == types.GAUGE:
        return Kind.GAUGE
    if metric.type != types.SUM:
        return kind_of(metric.type, metric.temporality)
    if metric.temporality == types.DELTA:
        return Kind.PERIOD_COUNT
    return Kind.COUNTER if metric.monotonic else Kind.GAUGE
