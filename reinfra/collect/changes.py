"""What is worth a line while the loop runs: a source's first round, and whenever it fails or recovers."""

import threading
from collections.abc import Callable

from reinfra.collect.visit import Collection


class Changes:
    """Tells a collection where the source's state is another than at the one before."""

    def __init__(self, tell: Callable[[Collection], None]) -> None:
        self._tell = tell
        self._last: dict[str, str] = {}
        self._lock = threading.Lock()

    def __call__(self, done: Collection) -> None:
        with self._lock:
            changed = self._last.get(done.source) != done.error
            self._last[done.source] = done.error
            if changed:
                self._tell(done)
