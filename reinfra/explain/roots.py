"""What began first, over the topology: devices are parts of hosts, hosts carry services."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reinfra.alerts.rules import TOPOLOGY
from reinfra.model import MINUTE, SeriesKey
from reinfra.signals import wording
from reinfra.store.anomalies import StoredAnomaly

TOGETHER = 5 * MINUTE
"""What begins within so many ms of each other began together, as far as samples can tell."""

_HOST = ("host.name", "host.id", "cloud.resource_id")
DEVICE, HOST, SERVICE, OTHER = "device", "host", "service", "series"
_DEPTH = (DEVICE, HOST, SERVICE, OTHER)
_HOST_SIGNALS = ("hw.", "system.", "aws.neuron.")


@dataclass(frozen=True, slots=True)
class Node:
    """A device (of a host), a host or a service that has anomalies; `host` and `service` are where it belongs."""

    level: str
    name: str
    host: str = ""
    service: str = ""

    @classmethod
    def of(cls, key: SeriesKey) -> "Node":
        """The narrowest that a series names; a service's own signals belong to it, wherever they were read."""
        host = next((value for name in _HOST if (value := key.label(name))), "")
        service = next((value for name in TOPOLOGY if (value := key.label(name))), "")
        device = key.label("hw.id")
        if device:
            return cls(DEVICE, f"{host} {device}".strip(), host, service)
        if service and (not host or not key.metric.startswith(_HOST_SIGNALS)):
            return cls(SERVICE, service, "", service)
        if host:
            return cls(HOST, host, host, service)
        return cls(OTHER, str(key))

    @property
    def depth(self) -> int:
        return _DEPTH.index(self.level)

    def carries(self, other: "Node") -> bool:
        """Whether trouble here can bring trouble there."""
        if self.depth >= other.depth or OTHER in (self.level, other.level):
            return False
        if other.level == HOST:
            return self.host == other.host
        return bool(self.service) and self.service == other.service


@dataclass(frozen=True, slots=True)
class Root:
    """A place in the order in which trouble spread. `reason` is what was found there first.

    `explains` names what it carries and began no earlier than it (within five minutes); `after` is how many ms
    after the first of all it began.
    """

    level: str
    name: str
    onset: int
    after: int
    signals: tuple[str, ...]
    reason: str
    explains: tuple[str, ...]


def roots(found: Iterable[StoredAnomaly], together: int = TOGETHER) -> list[Root]:
    """Places by onset; of those that began together what carries the other comes first.

    An order in time and topology: the likeliest cause is the first, and no proof of it.
    """
    of_node: dict[Node, list[StoredAnomaly]] = {}
    for one in sorted(found, key=lambda one: (one.found.since, one.id)):
        of_node.setdefault(Node.of(one.found.key), []).append(one)
    onset = {node: many[0].found.since for node, many in of_node.items()}
    if not onset:
        return []
    ordered = sorted(onset, key=lambda node: (_led(node, onset, together), node.depth, onset[node]))
    first = min(onset.values())
    return [
        Root(
            node.level,
            node.name,
            onset[node],
            onset[node] - first,
            _signals(of_node[node]),
            of_node[node][0].found.reason,
            tuple(other.name for other in ordered if _explains(node, other, onset, together)),
        )
        for node in ordered
    ]


def _led(node: Node, onset: dict[Node, int], together: int) -> int:
    """When it began, or what it carries did, if that was hardly earlier."""
    carried = (at for other, at in onset.items() if node.carries(other))
    near = (at for at in carried if 0 <= onset[node] - at <= together)
    return min([onset[node], *near])


def _explains(node: Node, other: Node, onset: dict[Node, int], together: int) -> bool:
    return node.carries(other) and onset[other] >= onset[node] - together


def _signals(found: Sequence[StoredAnomaly]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(wording.signal_name(one.found.key) for one in found))
