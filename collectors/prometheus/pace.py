"""How much time a page covers: as much as gives a good number of samples, and less where that is too much."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from collectors.prometheus.ask import Asked
from reinfra.model import DAY, MINUTE
from reinfra.store.http import TooMuchError

SAMPLES = 500_000
"""Samples that a page should have, about."""

_SMALLEST = MINUTE
_GROWTH = 4
_BOLDER = 1.05  # by page, after one that was too much


@dataclass(slots=True)
class Pace:
    """Learns from page to page."""

    span: int = 15 * MINUTE
    longest: int = 2 * DAY
    _bearable: float = math.inf

    def page(self, ask: Callable[[int, int], Asked], since: int, until: int) -> tuple[Asked, int]:
        """The answer for [since, end), and `end`. Raises TooMuchError where a minute is too much."""
        while True:
            end = min(since + self.span, until)
            try:
                asked = ask(since, end)
            except TooMuchError:
                if end - since <= _SMALLEST:
                    raise
                self.span = max(_SMALLEST, (end - since) // 2)
                self._bearable = self.span
            else:
                self._learn(asked.columns.size, end - since)
                return asked, end

    def _learn(self, samples: int, span: int) -> None:
        """Aims at SAMPLES, never by leaps: what comes may be denser than what was."""
        wanted = span * SAMPLES // max(samples, 1)
        self._bearable *= _BOLDER
        most = min(wanted, span * _GROWTH, self.longest, self._bearable)
        self.span = max(_SMALLEST, round(most))
