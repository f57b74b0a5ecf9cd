"""The collect loop: every source in turn; one that fails is a visible state and stops no other."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

from collectors import Collector, find
from reinfra.errors import LockedError, ReinfraError
from reinfra.model import Clock, InputError
from reinfra.store import Source, Store, StoreError
from reinfra.store.retain import retain
from reinfra.store.seal import seal

LIVE = ("host",)
"""The sources that can be read on any host without being told where."""

UPKEEP_EVERY = 900.0
"""Seconds between two rounds of sealing and retention."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Collection:
    """What one source gave. `error` is empty where it worked."""

    source: str
    samples: int = 0
    refused: int = 0
    error: str = ""

    @property
    def line(self) -> str:
        if self.error:
            return f"{self.source}: {self.error}"
        refused = f", {self.refused} refused" if self.refused else ""
        return f"{self.source}: {self.samples} samples{refused}"


def open_collectors(names: tuple[str, ...], clock: Clock) -> list[Collector]:
    """The collectors of these names. Raises InputError for an unknown one."""
    unknown = [name for name in names if name not in LIVE]
    if unknown:
        todo = f"This version reads {', '.join(LIVE)}; recordings are for `reinfra demo`."
        raise InputError(f"{unknown[0]!r} is no source that can be collected here", todo=todo)
    return [find(name)(clock=clock) for name in names]


def collect_once(store: Store, collectors: Sequence[Collector]) -> list[Collection]:
    """Read every source once and write what it gave."""
    return [_collect(store, collector) for collector in collectors]


def repeat(
    store: Store,
    collectors: Sequence[Collector],
    interval: float,
    tell: Callable[[list[Collection]], None],
    *,
    sleep: Callable[[float], None] = time.sleep,
    monotonic: Callable[[], float] = time.monotonic,
) -> None:
    """Collect every `interval` seconds until interrupted, and keep the store in shape meanwhile."""
    due = tidied = monotonic()
    while True:
        try:
            tell(collect_once(store, collectors))
        except StoreError as error:  # locked for a moment, or full: the next round may write again
            log.warning("collect", error=str(error))
        if monotonic() - tidied >= UPKEEP_EVERY:
            tidied = monotonic()
            upkeep(store)
        due = max(due + interval, monotonic())
        sleep(max(0.0, due - monotonic()))


def upkeep(store: Store) -> None:
    """Seal what is over and drop what has expired, unless another process is at it."""
    try:
        sealed, retained = seal(store), retain(store)
    except (LockedError, StoreError) as error:
        log.warning("upkeep", skipped=str(error))
    else:
        log.info("upkeep", sealed=sealed.samples, damaged=sealed.damaged, dropped=retained.chunks)


def _collect(store: Store, collector: Collector) -> Collection:
    samples = refused = 0
    try:
        for batch in collector.collect():
            source = Source(collector.name, collector.origin)
            written = store.write(batch, source, watermark=store.clock())
            samples += written.accepted
            refused += sum(written.refused.values())
    except StoreError:
        raise  # without a store there is nothing to keep alive
    except ReinfraError as error:
        log.warning("collect", source=collector.name, error=str(error))
        return Collection(collector.name, samples, refused, str(error))
    return Collection(collector.name, samples, refused)
