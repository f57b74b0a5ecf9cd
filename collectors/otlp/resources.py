"""A resource: the few attributes that tell its series apart, and the rest as facts about it.

An attribute that changes while the thing stays the same (a version, a process id) would start every series
anew, so only those of IDENTITY and PREFIXES and those that the settings add become labels.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from opentelemetry.proto.resource.v1.resource_pb2 import Resource

from collectors.otlp.attributes import fault, texts
from collectors.otlp.protobuf import DecodeError
from collectors.otlp.wire import MalformedError
from reinfra.model import Fact, subject

IDENTITY = frozenset(
    {
        "aws.ecs.cluster.arn",
        "aws.ecs.task.family",
        "cloud.account.id",
        "cloud.availability_zone",
        "cloud.provider",
        "cloud.region",
        "deployment.environment.name",
        "host.id",
        "host.name",
        "k8s.cluster.name",
        "k8s.container.name",
        "k8s.namespace.name",
        "k8s.node.name",
        "k8s.pod.name",
        "service.instance.id",
        "service.name",
        "service.namespace",
    }
)
PREFIXES = ("hw.", "gen_ai.", "reinfra.")

_PRIVATE = ("process.command", "process.owner", "process.pid", "process.parent_pid")
"""They change with every start, or hold what somebody typed: no facts about a service."""
_MOST_BYTES = 65_536
_MOST_FACTS = 64
_MOST_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Described:
    """`labels` of every series of the resource; `fault` says why nothing of it can be taken, "" if it can."""

    labels: dict[str, str]
    facts: tuple[Fact, ...] = ()
    fault: str = ""


@dataclass(slots=True)
class Resources:
    """Resources by their bytes. `labels` are those of the settings, which the resource's own overrule.

    The facts of a resource are told until `told` says that they are safe.
    """

    labels: Mapping[str, str]
    also: tuple[str, ...] = ()
    _known: dict[bytes, Described] = field(default_factory=dict)
    _told: set[bytes] = field(default_factory=set)

    def describe(self, raw: bytes) -> Described:
        """Raises MalformedError for bytes that are no resource."""
        found = self._known.get(raw)
        if found is None:
            if len(self._known) >= _MOST_REMEMBERED:
                self._known.clear()
                self._told.clear()
            found = self._known[raw] = _described(raw, self.labels, self.also)
        return found

    def facts(self, raw: Iterable[bytes]) -> tuple[Fact, ...]:
        new = {one: None for one in raw if one not in self._told}
        return tuple(fact for one in new for fact in self.describe(one).facts)

    def told(self, raw: Iterable[bytes]) -> None:
        self._told.update(raw)


def _described(raw: bytes, labels: Mapping[str, str], also: tuple[str, ...]) -> Described:
    if len(raw) > _MOST_BYTES:
        return Described({}, fault=f"a resource larger than {_MOST_BYTES:,} bytes")
    try:
        found = texts(Resource.FromString(raw).attributes)
    except DecodeError as error:
        raise MalformedError("a resource that cannot be decoded") from error
    chosen = IDENTITY.union(also)
    own = {
        name: value
        for name, value in found.items()
        if value and (name in chosen or name.startswith(PREFIXES))
    }
    if why := fault(own):
        return Described({}, fault=f"a resource with {why}")
    return Described({**labels, **own}, _facts(own, found))


def _facts(own: Mapping[str, str], found: Mapping[str, str]) -> tuple[Fact, ...]:
    """What is no label, and neither private nor longer than a fact can be."""
    this = subject(own)
    rest = ((name, value) for name, value in sorted(found.items()) if value and name not in own)
    told = [one for one in rest if not one[0].startswith(_PRIVATE) and not fault(dict([one]))]
    return tuple(Fact(this, *one) for one in told[:_MOST_FACTS]) if this else ()
