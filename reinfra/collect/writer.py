"""The one way from collectors into the store: one write at a time, whoever waits is held back."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from collectors import OverloadedError
from reinfra.model import Batch, Origin, Page, Report
from reinfra.store import Source, Store, ledger
from reinfra.store.answers import Texts

PATIENCE = 5.0
"""Seconds that a receiver waits for its turn before it tells the sender to come again."""


class Writer:
    """Writes what sources deliver. Nothing is queued: a thread that waits for its turn is the queue.

    So memory is bounded by the number of sources, and a source that delivers faster than the store
    takes slows down, not the others. `texts` says whether answers are kept or hashed. `also`
    hears of what was collected now: neither of a source's past nor of what others pushed.
    """

    def __init__(
        self,
        store: Store,
        texts: Texts = Texts.HASH,
        also: Callable[[Batch], None] | None = None,
    ) -> None:
        self.store, self.texts, self._also = store, texts, also
        self._turn = threading.Lock()

    def write(self, name: str, origin: Origin, given: Batch | Page | Report) -> dict[str, int]:
        """Stores it and returns the refused samples by reason. Raises StoreError."""
        with self._turn:
            refused = self._write(Source(name, origin), given)
        if self._also and isinstance(given, Batch):
            self._also(given)
        return refused

    def over(self, name: str, error: str = "") -> None:
        """A collection of a source has ended, with an error or well. Raises StoreError."""
        now = self.store.clock()
        with self._turn:
            if error:
                ledger.failed(self.store, name, error, now)
            else:
                ledger.answered(self.store, name, now)

    def deliver(self, name: str, origin: Origin) -> Callable[[Batch | Report], Mapping[str, int]]:
        """What a receiver hands its batches to; it raises OverloadedError where `write` would wait long.

        That the source was heard of is kept with it: one that nobody sends to any more is seen to be dead.
        """

        def deliver(given: Batch | Report) -> Mapping[str, int]:
            with self._soon():
                refused = self._write(Source(name, origin), given)
                ledger.answered(self.store, name, self.store.clock())
                return refused

        return deliver

    @contextmanager
    def _soon(self) -> Iterator[None]:
        if not self._turn.acquire(timeout=PATIENCE):
            raise OverloadedError("the store is busy", todo="Send it again in a moment.")
        try:
            yield
        finally:
            self._turn.release()

    def _write(self, source: Source, given: Batch | Page | Report) -> dict[str, int]:
        now = self.store.clock()
        match given:
            case Report():
                ledger.record(self.store, source.name, given, now, texts=self.texts)
                return {}
            case Page(batch, cursor):
                return self.store.write(batch, source, watermark=now, cursor=cursor).refused
            case Batch():
                return self.store.write(given, source, watermark=now).refused
