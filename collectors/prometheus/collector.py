"""What a Prometheus-compatible server has stored, from where the last collection stopped until now."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Self

import httpx

from collectors.base import CollectorError
from collectors.prometheus.ask import Asked, Asking
from collectors.prometheus.connect import connect, explained
from collectors.prometheus.pace import Pace
from reinfra.config.sources.prometheus import PrometheusSource
from reinfra.model import DAY, SECOND, Absence, Clock, Coverage, Origin, Page, Report, iso, subject


@dataclass(frozen=True, slots=True)
class Prometheus:
    """Pages of everything that is selected for one stretch of time, oldest first, up to `delay` before now.

    The cursor is the end of the last page. A page that is too much for the server or for this side is
    asked for again in smaller ones; whatever else fails raises CollectorError before it is yielded. Samples
    carry their own times where the server gives them; where it does not, values at steps say so in
    `reinfra.derived_from`, as those of expressions do.
    """

    settings: PrometheusSource
    clock: Clock
    asking: Asking
    pace: Pace = field(default_factory=Pace)
    origin: Origin = Origin.LIVE

    @classmethod
    def of(
        cls, settings: PrometheusSource, clock: Clock, transport: httpx.BaseTransport | None = None
    ) -> Self:
        return cls(settings, clock, Asking(settings, lambda: connect(settings, transport)))

    @property
    def name(self) -> str:
        return self.settings.name

    def close(self) -> None:
        self.asking.close()

    def resume(self, cursor: str | None) -> Iterator[Page | Report]:
        now = self.clock()
        until = now - round(self.settings.delay * SECOND)
        since = began = self._since(cursor, now)
        silent = set(self.settings.select)
        with explained():
            ask = self.asking.begin(now)
        while since < until:
            with explained():
                asked, end = self.pace.page(ask, since, until)
            silent -= asked.spoke
            yield from _beside(asked, last=end == until)
            yield Page(asked.columns.batch(), str(end))
            since = end
        if silent and began < until:
            yield Report(tuple(self._silent(one, began, until) for one in sorted(silent)))

    def _since(self, cursor: str | None, now: int) -> int:
        if cursor is None:
            return now - round(self.settings.history * DAY)
        if not cursor.isdecimal():
            raise CollectorError(f"no place to go on from: {cursor[:40]!r}", where=self.name)
        return int(cursor)

    def _silent(self, selector: str, since: int, until: int) -> Absence:
        of = subject({"service.name": self.name, "prometheus.selector": selector})
        why = f"no sample of {selector} between {iso(since)} and {iso(until)}"
        return Absence(of, "", Coverage.STALE, why)


def _beside(asked: Asked, *, last: bool) -> Iterator[Report]:
    """Facts are told from the newest page only: older ones may be over."""
    facts = asked.columns.facts if last else ()
    told = tuple(sorted(facts, key=lambda one: (one.subject, one.name, one.value)))
    if told or asked.columns.refused:
        yield Report(facts=told, refused=asked.columns.refused)
