"""What a metric says of itself, remembered by its bytes: name and unit come first, and are what they were."""

from dataclasses import dataclass, field

from collectors.otlp.metric import GAUGE, NAME, POINTS, SUM, Metric, metric_of
from collectors.otlp.wire import Wire, varint

MOST = 10_000
_LONGEST = 1_024
_FEWEST = 8
"""Bytes of the shortest metric worth remembering."""

_ENDS = {
    (GAUGE, b""): (0, False),
    (SUM, b"\x10\x01"): (1, False),
    (SUM, b"\x10\x01\x18\x01"): (1, True),
    (SUM, b"\x10\x02"): (2, False),
    (SUM, b"\x10\x02\x18\x01"): (2, True),
}
"""What comes after the points: temporality, and whether the sum is monotonic."""


@dataclass(frozen=True, slots=True)
class _Header:
    """The bytes before the points' own field."""

    raw: bytes
    name: str
    unit: str


@dataclass(slots=True)
class Headers:
    """Headers by the bytes of the name."""

    _known: dict[bytes, _Header] = field(default_factory=dict)

    def metric(self, wire: Wire, start: int, end: int) -> Metric:
        """As `metric_of`, which it asks for whatever is not as before."""
        data = wire.data
        if end - start < _FEWEST or data[start] != NAME:
            return metric_of(wire, start, end)
        name = data[start + 2 : min(start + 2 + data[start + 1], end)]
        header = self._known.get(name)
        if header is not None and data.startswith(header.raw, start, end):
            found = _as_before(wire, header, start + len(header.raw), end)
            if found is not None:
                return found
        metric = metric_of(wire, start, end)
        if 0 < metric.header - start <= _LONGEST and not metric.fault:
            if len(self._known) >= MOST:
                self._known.clear()
            raw = data[start : metric.header]
            self._known[name] = _Header(raw, metric.name, metric.unit)
        return metric


def _as_before(wire: Wire, header: _Header, at: int, end: int) -> Metric | None:
    """The metric whose data starts at `at` and is all that is left; None where it is otherwise."""
    data = wire.data
    if at >= end:
        return None
    kind = data[at]
    size, at = varint(data, at + 1, end)
    if at + size != end:
        return None
    starts, ends, after = wire.messages(POINTS, at, end)
    said = _ENDS.get((kind, data[after:end]))
    if said is None:
        wire.left += len(starts)  # read again
        return None
    return Metric(header.name, header.unit, kind, *said, starts, ends, sound=True)
