"""What a source should give: what the registry says it delivers, of the kinds of things it gives."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache

from reinfra.signals import signals

OWN: Mapping[str, tuple[str, ...]] = {
    "host": ("host",),
    "nvidia": ("nvml",),
    "nvidia_smi": ("nvidia_smi",),
    "neuron": ("neuron_monitor", "neuron_sysfs", "neuron_kernel_log"),
    "neuron_monitor": ("neuron_monitor",),
    "efa": ("efa",),
    "cloudwatch": ("cloudwatch",),
}
"""The names under which the registry lists what these collectors read."""

EXPLAINING = frozenset(("host", "nvidia", "neuron", "efa"))
"""Collectors that say of each signal why it is not there; of others, one that never came may be turned off."""

Kinds = frozenset[tuple[str, str]]
"""Signals, and the kinds of subjects that a source gives them of."""


@lru_cache(maxsize=4096)  # most sources of a fleet give the same
def expected(collector: str, seen: Kinds) -> dict[str, frozenset[str]]:
    """By kind of subject: the signals that a source, which gives what is `seen`, should give of each.

    A signal that was seen is expected of the kinds it was seen of; one that never came, of the kind that
    its nearest relatives by name were seen of. Signals without a cadence are expected of nothing.
    """
    of_signal, hardware = _kinds(seen), _hardware(seen)
    near = _by_beginning(seen)
    found: dict[str, set[str]] = {}
    for name in _delivered(collector, set(of_signal)):
        signal = signals()[name]
        if signal.cadence is None:
            continue
        for kind in of_signal.get(name) or _relatives(name, near):
            if {"any", *hardware[kind]} & set(signal.hardware):
                found.setdefault(kind, set()).add(name)
    return {kind: frozenset(names) for kind, names in found.items()}


def _delivered(collector: str, seen: set[str]) -> set[str]:
    """The registered signals of the dialects that explain what is seen, and what is seen itself."""
    of_dialect = _of_dialect()
    if collector in OWN:
        spoken: Iterable[str] = OWN[collector]
    else:
        own = {name for names in OWN.values() for name in names}
        spoken = _explaining(seen, set(of_dialect) - own)
    return seen.union(*(of_dialect.get(dialect, ()) for dialect in spoken))


def _explaining(names: set[str], dialects: set[str]) -> list[str]:
    """The fewest dialects that have the names: each time the one with most, and least beside them."""
    of_dialect = _of_dialect()
    left, chosen = set(names), []
    while left:
        best = max(
            sorted(dialects), key=lambda one: (len(of_dialect[one] & left), -len(of_dialect[one]))
        )
        if not of_dialect[best] & left:
            break
        left -= of_dialect[best]
        chosen.append(best)
    return chosen


@cache
def _of_dialect() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for signal in signals().values():
        for dialect in signal.sources:
            found.setdefault(dialect, set()).add(signal.name)
    return found


def _kinds(seen: Kinds) -> dict[str, set[str]]:
    """By signal: the kinds that it was seen of."""
    found: dict[str, set[str]] = {}
    for name, kind in seen:
        found.setdefault(name, set()).add(kind)
    return found


def _hardware(seen: Kinds) -> dict[str, set[str]]:
    """By kind: the hardware that its signals exist on."""
    found: dict[str, set[str]] = {}
    for name, kind in seen:
        found.setdefault(kind, set()).update(signals()[name].hardware)
    return found


def _by_beginning(seen: Kinds) -> dict[str, Counter[str]]:
    """By every beginning of a signal's name: of how many such signals each kind was seen."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for name, kind in sorted(seen):
        for beginning in _beginnings(name):
            found[beginning][kind] += 1
    return found


def _relatives(name: str, near: Mapping[str, Counter[str]]) -> list[str]:
    """The kind that most signals were seen of whose names begin as this one; none without a common word."""
    longest = next((one for one in _beginnings(name) if one in near), None)
    return [near[longest].most_common(1)[0][0]] if longest else []


def _beginnings(name: str) -> list[str]:
    """`hw.gpu` and `hw` of `hw.gpu.utilization`, the longest first."""
    words = name.split(".")
    return [".".join(words[:count]) for count in range(len(words) - 1, 0, -1)]
