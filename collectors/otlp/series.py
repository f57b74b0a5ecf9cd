"""Which series a data point belongs to, remembered by the bytes that say so.

A client sends the same metric names and attributes again and again. Their bytes lead to a small number, the
series' place in `Series.keys`, so that a known point costs one look-up and no object.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from sys import intern

import numpy as np
from numpy.typing import NDArray

from collectors.otlp.quantity import quantity
from collectors.otlp.relayed import Relayed, relayed
from reinfra.model import ORIGIN_LABEL, Fact, Kind, Origin, SeriesKey

UNKNOWN = -1
MOST_REMEMBERED = 200_000_000
"""Bytes, by estimate: of some 130,000 series. One request may bring as much again."""
TOO_MANY = "too many new series at once"
_EACH, _PER_BYTE = 1_000, 4
"""What an object takes, and each byte of a point's attributes, which are there as bytes and as texts."""
_LAYOUTS, _LONGEST_LAYOUT = 64, 100_000
_ORIGINS = frozenset(origin.value for origin in Origin)
_MOST_FACTS = 1_000


@dataclass(frozen=True, slots=True)
class Head:
    """A metric of one resource; its values times `factor` are in `unit`.

    `known` leads from a point's attributes, serialized, to the number of its series.
    """

    metric: str
    labels: Mapping[str, str]
    kind: Kind
    unit: str
    factor: float
    known: dict[bytes, int] = field(default_factory=dict)
    relay: Relayed | None = None


@dataclass(slots=True)
class Series:
    """All series seen so far; `dcgm` are those of DCGM's own fields, with the factor into their units.

    `facts` are what points said of devices and nobody was told yet.

    A number below UNKNOWN stands for a reason to refuse a point.
    """

    keys: list[SeriesKey] = field(default_factory=list)
    dcgm: dict[int, float] = field(default_factory=dict)
    facts: dict[Fact, None] = field(default_factory=dict)
    _remembered: int = 0
    _reasons: list[str] = field(default_factory=list)
    _numbers: dict[tuple[SeriesKey, Kind, str], int] = field(default_factory=dict)
    _heads: dict[tuple[object, ...], Head] = field(default_factory=dict)
    _layouts: OrderedDict[bytes, tuple[SeriesKey, ...]] = field(default_factory=OrderedDict)

    @property
    def full(self) -> bool:
        """Whether so much is remembered that it is time to begin anew."""
        return self._remembered > MOST_REMEMBERED

    @property
    def too_many(self) -> bool:
        """Whether so much came in one request that new series are refused."""
        return self._remembered > 2 * MOST_REMEMBERED

    def head(
        self,
        resource: bytes,
        labels: Mapping[str, str],
        metric: str,
        unit: str,
        kind: Kind,
        *,
        spread: bool = False,
    ) -> Head:
        """`resource` is what `labels` were made of; `spread` says that the metric is a distribution."""
        place = (resource, metric, unit, kind, spread)
        head = self._heads.get(place)
        if head is None:
            self._remembered += _EACH + len(resource)
            head = self._heads[place] = _head(labels, metric, unit, kind, spread=spread)
        return head

    def labels(self, head: Head, own: Mapping[str, str]) -> dict[str, str]:
        """The labels of a point with these attributes; facts among them are kept to be told."""
        if head.relay is None:
            return {**head.labels, **own}
        labels, facts = head.relay.labels(own)
        if len(self.facts) < _MOST_FACTS:
            self.facts.update(dict.fromkeys(facts))
        return labels

    def number_of(self, head: Head, own: Mapping[str, str]) -> int:
        """The number of the series of a point with these attributes."""
        number = self.number(head.metric, self.labels(head, own), head.kind, head.unit)
        if head.relay and head.relay.dcgm:
            self.dcgm[number] = head.factor
        return number

    def remember(self, head: Head, attributes: bytes, number: int) -> int:
        self._remembered += _EACH + _PER_BYTE * len(attributes)
        head.known[attributes] = number
        return number

    def number(self, metric: str, labels: Mapping[str, str], kind: Kind, unit: str) -> int:
        """The number of this series. An origin that is none of ours reads as live."""
        said = labels.get(ORIGIN_LABEL, "")
        origin = said if said in _ORIGINS else Origin.LIVE.value
        shared = {intern(name): intern(value) for name, value in labels.items()}
        key = SeriesKey.of(intern(metric), {**shared, ORIGIN_LABEL: origin}, kind, unit)
        number = self._numbers.setdefault((key, kind, unit), len(self.keys))
        if number == len(self.keys):
            self._remembered += _EACH
            self.keys.append(key)
        return number

    def refusal(self, reason: str) -> int:
        if reason not in self._reasons:
            self._reasons.append(reason)
        return UNKNOWN - 1 - self._reasons.index(reason)

    def reason(self, number: int) -> str:
        return self._reasons[UNKNOWN - 1 - number]

    def layout(self, numbers: NDArray[np.int32]) -> tuple[SeriesKey, ...]:
        """The keys of these series: the same tuple for the same series, which the store knows again."""
        place = numbers.tobytes()
        keys = self._layouts.pop(place, None)
        if keys is None:
            keys = tuple(self.keys[number] for number in numbers.tolist())
        if numbers.size <= _LONGEST_LAYOUT:
            self._layouts[place] = keys
        if len(self._layouts) > _LAYOUTS:
            self._layouts.popitem(last=False)
        return keys


def _head(labels: Mapping[str, str], metric: str, unit: str, kind: Kind, *, spread: bool) -> Head:
    relay = relayed(metric, unit, kind, labels, spread=spread)
    if relay is None:
        return Head(metric, labels, kind, *quantity(metric, unit))
    return Head(relay.metric, labels, relay.kind, relay.unit, relay.factor, relay=relay)
