"""Every source once, side by side: one that hangs delays the command and no other source."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from collectors import Receiver
from reinfra.collect.sources import Opened
from reinfra.collect.visit import Collection, visit
from reinfra.collect.writer import Writer

_AT_ONCE = 32


def collect_once(writer: Writer, opened: Sequence[Opened]) -> list[Collection]:
    """What each source gave, in the order of `opened`. Raises StoreError.

    A source that others push to has nothing to read once.
    """
    with ThreadPoolExecutor(_AT_ONCE, "collect") as threads:
        return list(threads.map(lambda one: _once(writer, one), opened))


def _once(writer: Writer, opened: Opened) -> Collection:
    if isinstance(opened.source, Receiver):
        return Collection(opened.name, error="it listens, and cannot be collected once.")
    return visit(writer, opened)
