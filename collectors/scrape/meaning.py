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
_MOST_LINES = 100_000
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


_Labelled = tuple[_Pairs, tuple[Fact, ...], Subject]
"""The labels of a key, in its order, and what they say beside."""


@dataclass(frozen=True, slots=True)
class _Named:
    """Lines of one name. `naming` is None for info lines; `labelled` is shared by names of one form."""

    family: Family
    naming: Naming | None = None
    over: str = ""
    labelled: dict[_Pairs, _Labelled] = field(default_factory=dict)


@dataclass(slots=True)
class Meanings:
    """The meaning of each line, worked out once for equal names and equal labels."""

    identity: Identity
    dialects: tuple[str, ...]
    _named: dict[str, _Named] = field(default_factory=dict)
    _forms: dict[tuple[object, ...], dict[_Pairs, _Labelled]] = field(default_factory=dict)
    _labelled: dict[_Pairs, tuple[dict[str, str], tuple[Fact, ...], Subject]] = field(
        default_factory=dict
    )

    def of(self, point: Point) -> Meaning:
        named = self._named.get(point.name)
        if named is None or named.family is not point.family:
            named = self._learn(point)
        naming = named.naming
        if naming is None:
            return self._info(point)
        known = named.labelled.get(point.labels)
        if known is None:
            known = self._know(named, naming, point.labels)
        labels, facts, about = known
        key = SeriesKey(naming.metric, labels, naming.kind, naming.unit)
        return Meaning(key, naming.factor, about, facts, bool(named.over))

    def _learn(self, point: Point) -> _Named:
        if len(self._named) >= _MOST_KNOWN:
            self._named.clear()
        named = _Named(point.family)
        if not _is_info(point):
            naming = Names(self.dialects).of(point.name, point.family)
            over = WORST_OVER.get(naming.metric, "")
            form = (naming.bound, naming.bound_factor, naming.labels, over)
            labelled = self._forms.setdefault(form, {})
            named = _Named(point.family, naming, over, labelled)
        self._named[point.name] = named
        return named

    def _know(self, named: _Named, naming: Naming, given: _Pairs) -> _Labelled:
        """The labels of a key, from those of a line."""
        pairs, bound = _without(given, naming.bound)
        labels, facts, about = self.labelled(pairs)
        own = {**labels, **dict(naming.labels)}
        if bound:
            own[naming.bound] = _scaled(bound, naming.bound_factor)
        own.pop(named.over, None)
        if len(named.labelled) >= _MOST_LINES:
            named.labelled.clear()
        known = tuple(sorted([pair for pair in own.items() if pair[1]])), facts, about
        named.labelled[given] = known
        return known

    def labelled(self, pairs: _Pairs) -> tuple[dict[str, str], tuple[Fact, ...], Subject]:
        """Our labels for those of a line, the facts among them, and whom they are about."""
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
        _, facts, about = self.labelled(tuple(about_it))
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
    for i, pair in enumerate(pairs) if name else ():
        if pair[0] == name:
            return pairs[:i] + pairs[i + 1 :], pair[1]
    return pairs, ""


def _scaled(bound: str, factor: float) -> str:
    """A bound or quantile in one spelling, so that 1 and 1.0 are one series, and 35 ms are 0.035 s."""
    value = float(bound)
    if math.isinf(value) and value > 0:
        return "+Inf"
    return repr(value if factor == 1 else float(f"{value * factor:.12g}"))
