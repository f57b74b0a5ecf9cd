"""Where in a fleet a fault can strike."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from detectors.siblings import group
from reinfra.backtest.faults import Fault, Move, Place
from reinfra.model import SeriesKey
from reinfra.store import Stored

_DEVICE = ("hw.id", "aws.resource.id")
_HOST = ("host.name", "host.id", "cloud.resource_id")


@dataclass(frozen=True, slots=True)
class Target:
    """One device, host or service, and what a fault does to each of its series that it moves."""

    fault: Fault
    place: str
    moves: tuple[tuple[Stored, Move], ...]

    @property
    def ids(self) -> frozenset[int]:
        return frozenset(one.id for one, _ in self.moves)

    @property
    def fleets(self) -> frozenset[object]:
        """The sibling groups that it touches; a series without siblings is one of its own."""
        return frozenset(group(one.key) or one.id for one, _ in self.moves)


def targets(fault: Fault, series: Iterable[Stored]) -> list[Target]:
    """Every place with all that the fault needs; none where no series is of such a place."""
    of_place: dict[str, list[tuple[Stored, Move]]] = defaultdict(list)
    for one in series:
        move = next((each for each in fault.moves if each.fits(one.key)), None)
        place = place_of(fault.place, one.key)
        if move is not None and place:
            of_place[place].append((one, move))
    needed = {each for each in fault.moves if each.needed}
    return [
        Target(fault, place, tuple(moves))
        for place, moves in sorted(of_place.items())
        if needed <= {move for _, move in moves}
    ]


def place_of(place: Place, key: SeriesKey) -> str:
    """The device, host or service of a series in words; empty where it names none.

    An instance or resource that only its cloud names is a device of its own. What names neither service nor
    host, such as a graded set, is one service for all series of its labels.
    """
    host = next((value for name in _HOST if (value := key.label(name))), "")
    if place is Place.DEVICE:
        device = next((value for name in _DEVICE if (value := key.label(name))), "")
        whole = "" if key.label(_HOST[0]) else host
        return f"{host} {device}".strip() if device else whole
    if place is Place.HOST:
        return host
    service = key.label("service.name")
    if service or host:
        return service or host
    return ",".join(
        f"{name}={value}" for name, value in key.labels if not name.startswith("gen_ai")
    )
