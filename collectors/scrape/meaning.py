"""From a line of a page to a series of ours: its key, and what of its labels is a fact about the device."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from collectors.exposition import Family, Point, Type
from collectors.scrape.dialects import DIALECTS, Dialect
from collectors.scrape.naming import WORST_OVER, Names, Naming
from reinfra.model import ORIGIN_LABEL, Fact, Origin, SeriesKey, Subject, subject

_INFO = "_info"
_MOST_KNOWN = 10_000
_Pairs = tuple[tuple[str, str], ...]
_NO_IDENTITY = frozenset({"job", "instance"})
"""Of target_info: the target's own words for what the settings say."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What the settings say of a target. `host` names the machine of devices that say no host.name."""

    service: str
    instance: str
    host: str
    labels: Mapping[str, str]
    origin: Origin


@dataclass(frozen=True, slots=True)
class Meaning:
    """`key` is None for an info line, which holds facts and no number."""

    key: SeriesKey | None
    factor: float
    subject: Subject
    facts: tuple[Fact, ...] = ()
    worst: bool = False
    """Of several lines with this key the largest value is meant."""


@dataclass(slots=True)
class Meanings:
    """The meaning of each line, worked out once for equal names and equal labels."""

    identity: Identity
    dialects: tuple[str, ...]
    _named: dict[tuple[str, Family], Naming] = field(default_factory=dict)
    _labelled: dict[_Pairs, tuple[dict[str, str], tuple[Fact, ...], Subject]] = field(
        default_factory=dict
    )

    def of(self, point: Point) -> Meaning:
        if _is_info(point):
            return self._info(point)
        naming = self._naming(point)
        pairs, bound = _without(point.labels, naming.bound)
        labels, facts, about = self._labels(pairs)
        own = {**labels, **dict(naming.labels)}
        if bound:
            own[naming.bound] = _scaled(bound, naming.bound_factor)
        over = WORST_OVER.get(naming.metric)
        if over is not None:
            own.pop(over, None)
        key = SeriesKey.of(naming.metric, own, naming.kind, naming.unit)
        return Meaning(key, naming.factor, about, facts, over is not None)

    def _naming(self, point: Point) -> Naming:
        known = (point.name, point.family)
        naming = self._named.get(known)
        if naming is None:
            if len(self._named) >= _MOST_KNOWN:
                self._named.clear()
            naming = self._named[known] = Names(self.dialects).of(point.name, point.family)
        return naming

    def _labels(self, pairs: _Pairs) -> tuple[dict[str, str], tuple[Fact, ...], Subject]:
        found = self._labelled.get(pairs)
        if found is None:
            if len(self._labelled) >= _MOST_KNOWN:
                self._labelled.clear()
            found = self._labelled[pairs] = self._translated(pairs)
        return found

    def _translated(self, pairs: _Pairs) -> tuple[dict[str, str], tuple[Fact, ...], Subject]:
        own: dict[str, str] = {}
        told: dict[str, str] = {}
        fixed: Mapping[str, str] = {}
        for name, value in pairs:
            dialect = self._speaker(name)
            if dialect is None:
                own[name] = value
            elif name in dialect.labels:
                own[dialect.labels[name]] = dialect.rewritten(name, value)
                fixed = dialect.fixed
            elif name in dialect.facts:
                told[dialect.facts[name]] = value
        # A device keeps its identity whoever reads it; all else is what the service says of itself.
        of_machine = "hw.id" in own or "host.name" in own or "host.id" in told
        named = self._of_machine(own, told, fixed) if of_machine else self._of_service()
        labels = {**self.identity.labels, **named, **_full(own)}
        labels[ORIGIN_LABEL] = self.identity.origin.value
        about = subject(_who(labels))
        return labels, tuple(Fact(about, k, v) for k, v in told.items() if v), about

    def _of_machine(
        self, own: Mapping[str, str], told: Mapping[str, str], fixed: Mapping[str, str]
    ) -> dict[str, str]:
        named = {"host.name": told.get("host.id") or self.identity.host}
        if own.get("hw.id"):
            named |= fixed
        if own.get("nvidia.mig.gpu_instance.id"):
            named["hw.type"] = "mig"
        return named

    def _of_service(self) -> dict[str, str]:
        return {
            "service.name": self.identity.service,
            "service.instance.id": self.identity.instance,
        }

    def _speaker(self, label: str) -> Dialect | None:
        for name in self.dialects:
            dialect = DIALECTS[name]
            if label in dialect.labels or label in dialect.facts or label in dialect.dropped:
                return dialect
        return None

    def _info(self, point: Point) -> Meaning:
        """Each label is a fact, but for those that say whom it is about."""
        about_it: list[tuple[str, str]] = []
        told: list[tuple[str, str]] = []
        for name, value in point.labels:
            dialect = self._speaker(name)
            known = dialect is not None and name not in dialect.dropped
            (about_it if known else told).append((name, value))
        _, facts, about = self._labels(tuple(about_it))
        thing = point.family.name.removesuffix(_INFO).replace(":", ".")
        prefix = "" if thing == "target" else thing + "."
        more = [Fact(about, prefix + k, v) for k, v in told if v and k not in _NO_IDENTITY]
        return Meaning(None, 1.0, about, (*facts, *more))


def _is_info(point: Point) -> bool:
    """By OpenMetrics' type, or by the name that every client library gives such a gauge."""
    if point.family.type is Type.INFO:
        return True
    return point.family.type in (Type.GAUGE, Type.UNKNOWN) and point.name.endswith(_INFO)


def _who(labels: Mapping[str, str]) -> dict[str, str]:
    names = ("host.name", "hw.id", "nvidia.mig.gpu_instance.id")
    if "host.name" not in labels:
        names = ("service.name", "service.instance.id", "gen_ai.request.model")
    return {name: labels[name] for name in names if name in labels}


def _full(labels: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in labels.items() if value}


def _without(pairs: _Pairs, name: str) -> tuple[_Pairs, str]:
    """The other labels, and the value of the one of this name."""
    if not name:
        return pairs, ""
    found = next((value for label, value in pairs if label == name), "")
    return tuple(pair for pair in pairs if pair[0] != name), found


def _scaled(bound: str, factor: float) -> str:
    """A bound or quantile in one spelling, so that 1 and 1.0 are one series, and 35 ms are 0.035 s."""
    value = float(bound)
    if math.isinf(value) and value > 0:
        return "+Inf"
    return repr(value if factor == 1 else float(f"{value * factor:.12g}"))
