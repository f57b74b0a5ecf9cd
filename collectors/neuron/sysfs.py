"""Power, execution results, memory and ECC of Neuron devices, as the driver's sysfs tree has them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from collectors.base import CollectorError
from collectors.instruments import Instrument, Reading
from collectors.neuron import places, power
from collectors.neuron.tree import Node, nodes, read

VERSION = Path("/sys/module/neuron/version")
"""Where the kernel shows the version of the driver's module."""

_MOST_TEXT = 100
_U64_DIGITS = 20


@dataclass(frozen=True, slots=True)
class Tree:
    """The nodes that are read, found once. `devices` are their numbers."""

    devices: tuple[int, ...]
    counts: tuple[tuple[Path, places.Place], ...]
    power: tuple[Node, ...]
    health: tuple[Node, ...]
    facts: tuple[Node, ...]

    @classmethod
    def found(cls, root: Path) -> "Tree":
        """Raises CollectorError where there is no such tree."""
        try:
            every = nodes(root)
        except OSError as error:
            raise CollectorError("no sysfs tree", where=str(root), why=str(error)) from error
        placed = ((node.path, places.of_count(node)) for node in every)
        return cls(
            devices=tuple(sorted({node.device for node in every})),
            counts=tuple((path, place) for path, place in placed if place is not None),
            power=tuple(node for node in every if places.is_power(node)),
            health=tuple(node for node in every if places.is_health(node)),
            facts=tuple(n for n in every if n.core is None and n.ends[-1] in places.FACTS),
        )

    def instruments(self) -> list[Instrument]:
        return [
            Instrument(places.COUNTS, self._counts),
            Instrument((places.UNHEALTHY,), self._unhealthy),
        ]

    def described(self) -> Iterator[tuple[int, str, str]]:
        """Facts: device, name, value."""
        for node in self.facts:
            value = read(node.path)[:_MOST_TEXT]
            if value:
                yield node.device, places.FACTS[node.ends[-1]], value

    def _counts(self) -> Iterable[Reading]:
        """Cores of a device that share a signal add up."""
        sums: dict[tuple[object, ...], tuple[places.Place, float]] = {}
        for path, place in self.counts:
            text = read(path)
            if text.isascii() and text.isdecimal() and len(text) <= _U64_DIGITS:
                known = (place[0], *place[1].items())
                before = sums[known][1] if known in sums else 0.0
                sums[known] = (place, before + float(text))
        return [(signal, labels, value) for (signal, labels), value in sums.values()]

    def _unhealthy(self) -> Iterable[Reading]:
        """No sample where a word stands there that no release note explains."""
        for node in self.health:
            words = set(read(node.path).replace(" ", "").split(",")) - {"", "none"}
            if words <= places.COMPONENTS:
                yield places.UNHEALTHY, places.device(node.device), float(len(words))


@dataclass(slots=True)
class Power:
    """The power windows of devices, each told once. `missing` says, by device, why there is none."""

    missing: dict[int, str] = field(default_factory=dict)
    _told: dict[int, int] = field(default_factory=dict)

    def windows(self, tree: Tree) -> Iterator[tuple[int, power.Window]]:
        """Those that were not told yet. One of a driver that stopped renewing it is not told again."""
        self.missing = dict.fromkeys(tree.devices, "its sysfs tree has no power/utilization")
        for node in tree.power:
            window = power.parse(read(node.path))
            if isinstance(window, str):
                self.missing[node.device] = window
                continue
            self.missing.pop(node.device, None)
            if window.at > self._told.get(node.device, 0):
                self._told[node.device] = window.at
                yield node.device, window


def driver_version(path: Path = VERSION) -> str:
    return read(path)[:_MOST_TEXT]
