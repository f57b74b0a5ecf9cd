"""From the labels under which a server keeps a series to a series of ours.

Names of exporters are translated as a scrape of theirs would be; names that reinfra or OpenTelemetry
wrote there get their dots again; any other keeps its own. `job` and `instance` say whose it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from collectors.exposition import Family, Point, Type
from collectors.scrape.dialects import spoken
from collectors.scrape.meaning import Identity, Meaning, Meanings
from reinfra.model import ORIGIN_LABEL, Origin, SeriesKey, subject
from reinfra.signals import by_source
from reinfra.store.prometheus_names import NAME, restored

_SUFFIXES = ("_bucket", "_sum", "_count", "_total")
_TYPES = {kind.value: kind for kind in Type}
_MOST_TARGETS = 10_000

Labels = Mapping[str, str]


@dataclass(slots=True)
class Naming:
    """`added` are the settings' labels. Meanings are kept for each target and dialect."""

    added: Labels
    types: Labels = field(default_factory=dict)
    _targets: dict[tuple[str, str, tuple[str, ...]], Meanings] = field(default_factory=dict)

    def of(self, labels: Labels) -> Meaning:
        """Raises ValueError for a bucket whose bound is no number."""
        name = labels.get(NAME, "")
        dialects = spoken([name])
        if not dialects:
            own = restored(labels, self.types)
            if own.metric != name:
                return self._as_written(own)
        point = Point(name, _others(labels), family(name, labels, self.types, dialects))
        return self._target(labels, dialects).of(point)

    def _target(self, labels: Labels, dialects: tuple[str, ...]) -> Meanings:
        job, instance = labels.get("job", ""), labels.get("instance", "")
        found = self._targets.get((job, instance, dialects))
        if found is None:
            if len(self._targets) >= _MOST_TARGETS:
                self._targets.clear()
            host = instance.rpartition(":")[0] or instance
            identity = Identity(job, instance, host, self.added, Origin.LIVE)
            found = self._targets[job, instance, dialects] = Meanings(identity, dialects)
        return found

    def _as_written(self, key: SeriesKey) -> Meaning:
        own = dict(key.labels)
        owner = {"service.name": own.pop("job", ""), "service.instance.id": own.pop("instance", "")}
        named = {} if "host.name" in own else owner
        labels = {**self.added, ORIGIN_LABEL: Origin.LIVE.value, **named, **own}
        about = subject({name: labels.get(name, "") for name in ("host.name", "service.name")})
        return Meaning(SeriesKey.of(key.metric, labels, key.kind, key.unit), 1.0, about)


def family(name: str, labels: Labels, types: Labels, dialects: tuple[str, ...]) -> Family:
    """The family that a sample is of, by the server's metadata; where it has none, by what is known.

    Many servers keep no metadata: a bucket is told by its bound, a sum or count by the signal that the
    exporter's own table has for the rest of its name.
    """
    stems = [name, *(name.removesuffix(end) for end in _SUFFIXES if name.endswith(end))]
    for stem in stems:
        if stem in types:
            return Family(stem, _TYPES.get(types[stem], Type.UNKNOWN))
    if name.endswith("_bucket") and "le" in labels:
        return Family(name.removesuffix("_bucket"), Type.HISTOGRAM)
    if name.endswith("_total"):
        return Family(name, Type.COUNTER)
    known = [stem for stem in stems[1:] if any(stem in by_source(one) for one in dialects)]
    return Family(known[0], Type.HISTOGRAM) if known else Family(name)


def _others(labels: Labels) -> tuple[tuple[str, str], ...]:
    """All but the name and the target, which the identity says."""
    said = {NAME, "job", "instance"}
    return tuple((name, value) for name, value in labels.items() if name not in said)
