"""Memory and swap."""

from collections.abc import Iterable

import psutil

from collectors.instruments import Instrument, Reading


def instruments() -> list[Instrument]:
    memory = ("system.memory.usage", "system.memory.limit", "system.memory.linux.available")
    return [
        Instrument(memory, _memory),
        Instrument(("system.paging.usage", "system.paging.limit"), _swap),
    ]


def _memory() -> Iterable[Reading]:
    memory = psutil.virtual_memory()
    return [
        ("system.memory.usage", {}, float(memory.used)),
        ("system.memory.limit", {}, float(memory.total)),
        ("system.memory.linux.available", {}, float(memory.available)),
    ]


def _swap() -> Iterable[Reading]:
    swap = psutil.swap_memory()
    return [
        ("system.paging.usage", {}, float(swap.used)),
        ("system.paging.limit", {}, float(swap.total)),
    ]
