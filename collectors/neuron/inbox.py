"""Reports that have come and were not fetched yet: bounded, and never waited for by the one that brings them."""

import threading
from collections import deque

_MOST_BYTES = 64 * 1024 * 1024
_TOO_MANY = "reports that came faster than they were collected"


class Inbox:
    """Lines with the time at which they came. The oldest make room for new ones, and are counted."""

    def __init__(self, most_bytes: int = _MOST_BYTES) -> None:
        self._most = most_bytes
        self._lines: deque[tuple[int, bytes]] = deque()
        self._size = 0
        self._refused: dict[str, int] = {}
        self._lock = threading.Lock()

    def put(self, at: int, line: bytes) -> None:
        with self._lock:
            self._lines.append((at, line))
            self._size += len(line)
            while self._size > self._most:
                self._size -= len(self._lines.popleft()[1])
                self._count(_TOO_MANY)

    def refuse(self, reason: str, count: int) -> None:
        with self._lock:
            self._count(reason, count)

    def take(self) -> tuple[list[tuple[int, bytes]], dict[str, int]]:
        """What has come, and what was refused, since the last call."""
        with self._lock:
            lines, refused = list(self._lines), self._refused
            self._lines.clear()
            self._size, self._refused = 0, {}
        return lines, refused

    def _count(self, reason: str, count: int = 1) -> None:
        self._refused[reason] = self._refused.get(reason, 0) + count
