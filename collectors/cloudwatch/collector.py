"""Amazon CloudWatch's metrics, from where the last collection stopped until now."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Self

from collectors.base import CollectorError
from collectors.cloudwatch.account import Account
from collectors.cloudwatch.errors import explained
from collectors.cloudwatch.read import Answer, read
from collectors.cloudwatch.recent import Recent
from collectors.cloudwatch.window import Span, spans
from reinfra.config.sources.cloudwatch import CloudWatchSource
from reinfra.model import (
    DAY,
    HOUR,
    SECOND,
    Absence,
    Batch,
    Clock,
    Coverage,
    Origin,
    Page,
    Report,
    SeriesKey,
    subject,
)

SAMPLES_AT_ONCE = 500_000
"""Samples that one page is expected to have at most."""

_WHO = ("cloud.region", "cloud.account.id", "host.name", "service.name", "hw.id")


@dataclass(frozen=True, slots=True)
class CloudWatch:
    """Pages of all metrics for one stretch of time, oldest first; the cursor is where the last one ended.

    A stretch before the cursor (`late`) is read again, for values that come late or change; of it only what
    is new or different is yielded. A metric that fails while others answer is an absence, and its part of
    the page is missing. Missing datapoints stay gaps. Raises CollectorError before a page is yielded.
    """

    settings: CloudWatchSource
    clock: Clock
    account: Account
    longest: int = 7 * DAY
    origin: Origin = Origin.LIVE
    _recent: Recent = field(default_factory=Recent, repr=False)

    @classmethod
    def of(cls, settings: CloudWatchSource, clock: Clock) -> Self:
        return cls(settings, clock, Account(settings))

    @property
    def name(self) -> str:
        return self.settings.name

    def close(self) -> None:
        self.account.close()

    def resume(self, cursor: str | None) -> Iterator[Page | Report]:
        until = self.clock()
        since = self._since(cursor, until)
        self._recent.resume(cursor)
        with explained(self.name):
            plan = self.account.plan(since, until)
        yield Report(plan.absences, plan.facts, refused=plan.refused)
        if not plan.queries:
            return
        finest = math.gcd(*(query.period for query in plan.queries))
        longest = min(
            self.longest, max(HOUR, SAMPLES_AT_ONCE // len(plan.queries) * finest * SECOND)
        )
        for span in spans(since, until, longest, finest, again=self._late if cursor else 0):
            with explained(self.name):
                answer = read(self.account.client, plan.queries, span, self.account.spent)
            if answer.failed or answer.refused:
                absences = tuple(_failing(query.key, why) for query, why in answer.failed.items())
                yield Report(absences, refused=answer.refused)
            yield self._page(answer, span)

    def _page(self, answer: Answer, span: Span) -> Page:
        fresh = self._recent.fresh(answer.batch, span.until - self._late)
        labels = {**self.settings.labels, **self.account.labels, "reinfra.source": self.name}
        cost = self.account.spent.told(labels, self.clock())
        return Page(Batch.concat([fresh, cost]), self._recent.leave(str(span.until)))

    @property
    def _late(self) -> int:
        return round(self.settings.late * SECOND)

    def _since(self, cursor: str | None, until: int) -> int:
        if cursor is None:
            return until - round(self.settings.history * DAY)
        if not cursor.isdecimal():
            raise CollectorError(f"no place to go on from: {cursor[:40]!r}", where=self.name)
        return int(cursor)


def _failing(key: SeriesKey, why: str) -> Absence:
    of = subject({label: key.label(label) for label in _WHO})
    return Absence(of, key.metric, Coverage.FAILING, f"CloudWatch: {why}")
