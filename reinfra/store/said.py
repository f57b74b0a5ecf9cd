"""What each source has said so far, remembered by the process that writes it down: only news costs a write."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from reinfra.model import HOUR, MINUTE, SECOND
from reinfra.store import coverage, inventory
from reinfra.store.coverage import SourceHealth
from reinfra.store.store import Store
from reinfra.store.stretches import Key

_READ_AGAIN = 5 * MINUTE
"""After so long the database is asked again: another process may have written of the same source."""
_STILL_SO = 10 * SECOND
"""How often it is written that a source is as it was."""
_HOLDS_AGAIN = HOUR
"""How often it is written that an absence or a fact still holds."""

Words = tuple[str, ...]


@dataclass(slots=True)
class Open:
    """What a source says now, by subject and name, and when that was last written."""

    words: dict[Key, tuple[Words, int]]

    def news(self, given: dict[Key, Words], at: int) -> dict[Key, Words]:
        """What of it is to be written: what is new or other, or was not written for an hour."""
        return {key: words for key, words in given.items() if self._is_news(key, words, at)}

    def learn(self, written: dict[Key, Words], at: int) -> None:
        self.words |= {key: (words, at) for key, words in written.items()}

    def _is_news(self, key: Key, words: Words, at: int) -> bool:
        known = self.words.get(key)
        return known is None or known[0] != words or at - known[1] >= _HOLDS_AGAIN


@dataclass(slots=True)
class Said:
    """`repeated` are the absences of the collection under way, `health` how the source was at `written_at`."""

    read_at: int
    absent: Open
    facts: Open
    health: tuple[SourceHealth, str] | None
    written_at: int
    repeated: set[Key] = field(default_factory=set)

    def still(self, health: SourceHealth, error: str, at: int) -> bool:
        """Whether this is how the source was a moment ago."""
        return self.health == (health, error) and 0 <= at - self.written_at < _STILL_SO

    def over(self) -> set[Key]:
        """The absences that this collection does not repeat."""
        return self.absent.words.keys() - self.repeated


_MEMORY: WeakKeyDictionary[Store, dict[str, Said]] = WeakKeyDictionary()


@contextmanager
def remembered(store: Store, source: str, at: int) -> Iterator[Said]:
    """What the source has said. An error forgets it: what was rolled back was not written."""
    sources = _MEMORY.setdefault(store, {})
    said = sources.get(source)
    if said is None or not 0 <= at - said.read_at < _READ_AGAIN:
        fresh = _read(store, source, at)
        fresh.repeated = said.repeated if said else set()
        said = sources[source] = fresh
    try:
        yield said
    except BaseException:
        sources.pop(source, None)
        raise


def _read(store: Store, source: str, at: int) -> Said:
    with store.reading() as connection:
        status = coverage.status(connection, source)
        return Said(
            at,
            Open(coverage.ABSENCES.said(connection, source)),
            Open(inventory.FACTS.said(connection, source)),
            (status.health, status.error) if status else None,
            status.seen if status else 0,
        )
