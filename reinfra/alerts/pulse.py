"""A loop's sign of life, and its look at the others, on a thread of its own."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog

from reinfra.store import Store, StoreError, heartbeats

EVERY = 30.0
"""Seconds between two signs of life of a loop that runs on."""

log = structlog.get_logger()


@contextmanager
def beating(store: Store, loop: str, look: Callable[[], object]) -> Iterator[None]:
    """While this is open, `loop` gives signs of life and `look` is called after each."""
    stop = threading.Event()
    thread = threading.Thread(target=_beat, args=(store, loop, look, stop), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(EVERY)


def once(store: Store, loop: str, every: float | None = None, note: str = "") -> None:
    """One sign of life; a database that does not take it is said, and is no reason to end."""
    try:
        with store.writing() as connection:
            heartbeats.beat(connection, loop, store.clock(), every=every, note=note)
    except StoreError as error:
        log.warning("heartbeat", loop=loop, error=str(error))


def _beat(store: Store, loop: str, look: Callable[[], object], stop: threading.Event) -> None:
    while True:
        once(store, loop, EVERY)
        try:
            look()
        except StoreError as error:
            log.warning("dead man", error=str(error))
        if stop.wait(EVERY):
            return
