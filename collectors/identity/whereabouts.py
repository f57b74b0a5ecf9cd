"""All that can be found out about where this machine is, in the background."""

import os
import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import Self

import structlog

from collectors.base import CollectorError
from collectors.identity import ec2, ecs, kubernetes, sagemaker
from collectors.identity.environment import SITE, declared, machine

Source = Callable[[], dict[str, str]]

_TRIES = 3
_PAUSE = 20.0
"""Seconds before another try: on a machine that has just started, the network may come after us."""

log = structlog.get_logger()


class Whereabouts:
    """Attributes as far as they are known by now; whoever asks never waits.

    Later sources win: the machine, then EC2, then what runs on it, then what was declared.
    """

    def __init__(self, sources: Sequence[Source], pause: float = _PAUSE) -> None:
        self._sources, self._pause = sources, pause
        self._found: list[dict[str, str]] = [{} for _ in sources]
        self._done = threading.Event()

    @classmethod
    def started(cls, site: str = "") -> Self:
        """Begins to look at once, on a thread that ends by itself. `site` as in the settings."""
        environment = dict(os.environ)
        asked = (ec2, ecs, kubernetes, sagemaker)
        found: list[Source] = [machine]
        found += [partial(one.attributes, environment) for one in asked]
        found += [declared, lambda: {SITE: site} if site else {}]
        whereabouts = cls(found)
        threading.Thread(target=whereabouts.look, name="whereabouts", daemon=True).start()
        return whereabouts

    def look(self) -> None:
        """Ask every source; those that fail are asked again, three times in all."""
        left = list(range(len(self._sources)))
        for attempt in range(_TRIES):
            left = [each for each in left if not self._ask(each)]
            if not left or attempt == _TRIES - 1 or self._done.wait(self._pause):
                break
        self._done.set()

    def attributes(self) -> dict[str, str]:
        merged: dict[str, str] = {}
        for found in self._found:
            merged |= found
        return merged

    def wait(self, timeout: float) -> bool:
        """Whether everything was asked within `timeout` seconds."""
        return self._done.wait(timeout)

    def _ask(self, each: int) -> bool:
        try:
            self._found[each] = self._sources[each]()
        except CollectorError as error:
            log.info("identity", unknown=str(error))
            return False
        return True
