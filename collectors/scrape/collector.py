"""An exporter's metrics page, collected: samples, what ended, what it says of itself."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlsplit

import numpy as np

from collectors.base import CollectorError
from collectors.exposition import UNTIMED, Exposition, Reader
from collectors.scrape.dialects import spoken
from collectors.scrape.meaning import Identity, Meaning, Meanings
from collectors.scrape.natives import Natives
from collectors.scrape.plan import Plan, plan
from collectors.scrape.stale import Alive
from collectors.scrape.target import Target
from reinfra.config.sources.scrape import ScrapeSource
from reinfra.model import DAY, MINUTE, Batch, Clock, Origin, Report

_FUTURE = 10 * MINUTE
"""As far ahead as Prometheus and the store take a sample."""
_PAST = DAY
_FAR_OFF = "times far from the clock's"


@dataclass(slots=True)
class _Known:
    """What is known from the scrapes before."""

    reader: Reader = field(default_factory=Reader)
    natives: Natives = field(default_factory=Natives)
    alive: Alive = field(default_factory=Alive)
    meanings: Meanings | None = None
    plan: Plan | None = None
    by_point: dict[int, Meaning] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scrape:
    """One target. A series that is gone, or all of them when the target fails, ends with a stale marker."""

    settings: ScrapeSource
    clock: Clock
    origin: Origin = Origin.LIVE
    _target: Target = field(init=False)
    _known: _Known = field(init=False, default_factory=_Known)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_target", Target(self.settings))

    @classmethod
    def of(cls, settings: ScrapeSource, clock: Clock) -> Self:
        return cls(settings, clock)

    @property
    def name(self) -> str:
        return self.settings.name

    def collect(self) -> Iterator[Batch | Report]:
        """Raises CollectorError, after the markers of what ended, where there is no page or a malformed one."""
        at = self.clock()
        try:
            page = self._page()
        except CollectorError:
            if len(ended := self._known.alive.all_ended(at)):
                yield ended
            raise
        refused: dict[str, int] = {}
        now = self._plan(page)
        batch = now.batch(page, at, refused)
        yield self._known.alive.marked(self._timely(batch, at, refused), page, at)
        yield Report(absences=now.absences(page), facts=now.told(page, refused), refused=refused)

    def close(self) -> None:
        """Ends the connection."""
        self._target.close()

    def _page(self) -> Exposition:
        got = self._target.get()
        try:
            page = self._known.reader.read(got.raw, got.grammar)
        except CollectorError as error:
            where = f"{self._target.shown} {error.where}".strip()
            raise CollectorError(error.what, where=where, why=error.why) from error
        if not self.settings.honor_timestamps:
            untimed = np.full(page.at.size, UNTIMED)
            page = Exposition(page.points, page.value, untimed, page.natives)
        return self._known.natives.added(page)

    def _plan(self, page: Exposition) -> Plan:
        known = self._known
        if known.plan is None or known.plan.points is not page.points:
            names = {point.name for point in page.points}
            dialects = self.settings.signals or spoken(names)
            if known.meanings is None or known.meanings.dialects != dialects:
                known.meanings = Meanings(self._identity(), dialects)
                known.by_point.clear()
            known.plan = plan(page.points, known.meanings, known.by_point)
        return known.plan

    def _identity(self) -> Identity:
        parts = urlsplit(self.settings.url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        host = parts.hostname or ""
        return Identity(
            service=self.settings.service or self.name,
            instance=f"{host}:{port}",
            host=self.settings.host or host,
            labels=self.settings.labels,
            origin=self.origin,
        )

    def _timely(self, batch: Batch, at: int, refused: dict[str, int]) -> Batch:
        off = (batch.at > at + _FUTURE) | (batch.at < at - _PAST)
        if not off.any():
            return batch
        refused[_FAR_OFF] = int(off.sum())
        kept = ~off
        return Batch(batch.keys, batch.series[kept], batch.at[kept], batch.value[kept])
