"""Waiting for what another thread or process is about to do."""

import threading
import time
from collections.abc import Callable


def until(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    """Returns as soon as `condition` holds; fails where it does not within `seconds`."""
    pause, end = threading.Event(), time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        pause.wait(0.005)
