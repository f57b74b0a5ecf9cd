"""How much is worked on at once. Used on the server's own thread alone, so a plain number will do."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from collectors.base import OverloadedError

BODIES = 4
"""How many requests of full size may be held in part or whole; what is bounded is their bytes."""


@dataclass(slots=True)
class Gate:
    """`most` requests at work, and `most_bytes` of bodies, which clients may send as slowly as they like."""

    most: int
    most_bytes: int
    working: int = 0
    held: int = 0

    @contextmanager
    def work(self) -> Iterator[None]:
        """Raises OverloadedError where there is no room for one more."""
        if self.working >= self.most:
            raise OverloadedError(f"{self.most} requests are being worked on")
        self.working += 1
        try:
            yield
        finally:
            self.working -= 1

    def hold(self, size: int) -> None:
        """So many more bytes arrived. Raises OverloadedError; what was held before is still held."""
        if self.held + size > self.most_bytes:
            raise OverloadedError("too much is being received at once")
        self.held += size

    def let_go(self, size: int) -> None:
        self.held -= size
