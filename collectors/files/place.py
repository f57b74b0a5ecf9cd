"""Where files lie: what is there, and how a part of one is read."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from collectors.base import CollectorError


class FileError(CollectorError):
    """One file cannot be read; the others can."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file as it was listed. `version` changes when its content does: an ETag, an inode with its times.

    `modified` is in milliseconds since 1970 UTC.
    """

    path: str
    size: int
    modified: int
    version: str


class Place(Protocol):
    """Raises CollectorError where nothing can be listed, FileError where one file cannot be read."""

    def entries(self) -> Iterator[Entry]: ...

    def read(self, entry: Entry, offset: int, length: int) -> bytes:
        """These bytes of the file as it was listed; fewer only where it ends."""
        ...

    def close(self) -> None: ...
