"""What a fault is: where it strikes, which signals it moves and how, and how long it lasts."""

import enum
import fnmatch
from collections.abc import Callable
from dataclasses import dataclass

from reinfra.backtest.faults.stretch import Samples, Stretch
from reinfra.model import Kind, SeriesKey
from reinfra.signals import find


class Place(enum.StrEnum):
    """What a fault strikes as a whole."""

    DEVICE = "device"
    HOST = "host"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Move:
    """Series that a fault moves, by patterns of names, or by the registry's family; and what it does to them.

    `kinds` and `label` (name, pattern) narrow that. Where a place has none of a `needed` move, the fault
    cannot be planted there.
    """

    change: Callable[[Stretch], Samples]
    signals: tuple[str, ...] = ()
    family: str = ""
    kinds: tuple[Kind, ...] = ()
    label: tuple[str, str] = ("", "*")
    needed: bool = True

    def fits(self, key: SeriesKey) -> bool:
        signal = find(key.metric)
        name, pattern = self.label
        return (
            (not self.signals or any(fnmatch.fnmatchcase(key.metric, one) for one in self.signals))
            and (not self.family or (signal is not None and signal.family == self.family))
            and (not self.kinds or key.kind in self.kinds)
            and (not name or fnmatch.fnmatchcase(key.label(name), pattern))
        )


@dataclass(frozen=True, slots=True)
class Fault:
    """`lasts` is the shortest and the longest time, in ms. `does` says what happens, in one sentence."""

    name: str
    does: str
    place: Place
    moves: tuple[Move, ...]
    lasts: tuple[int, int]
