"""One range of the store through the same code as `reinfra detect`, from history before it; nothing is written."""

from dataclasses import dataclass

from reinfra.batch.request import ALONE, EVERYTHING, Request
from reinfra.batch.trial import trial
from reinfra.batch.workers import Crew
from reinfra.config import Settings
from reinfra.errors import InputError
from reinfra.model import DAY, Clock, iso
from reinfra.progress import Progress, silent
from reinfra.store import SampleStore, Selector, Store, Stored
from reinfra.store.anomalies import StoredAnomaly

LEARNING = 3 * DAY
"""So much history before a range makes thresholds what they usually are."""

_LONGEST = 28 * DAY


@dataclass(frozen=True, slots=True)
class Span:
    """[since, until) in ms."""

    since: int
    until: int


@dataclass(frozen=True, slots=True, eq=False)
class Replay:
    """What a search of `span` finds. `judged` are the ids of series that had scores and thresholds."""

    span: Span
    series: tuple[Stored, ...]
    found: tuple[StoredAnomaly, ...]
    judged: frozenset[int]

    @property
    def weeks(self) -> float:
        """Series-weeks: how long each series had been there, in the span. Those warming up are in it."""
        since, until = self.span.since, self.span.until
        there = (min(until, one.last_at) - max(since, one.first_at) for one in self.series)
        return sum(max(0, one) for one in there) / (7 * DAY)


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """Where replays read; `samples` if they live elsewhere than findings, or are not as they were."""

    store: Store
    clock: Clock
    samples: SampleStore | None = None
    crew: Crew = ALONE
    selector: Selector = EVERYTHING

    @property
    def where(self) -> SampleStore:
        return self.samples or self.store


def replay(place: Place, settings: Settings, span: Span, progress: Progress = silent) -> Replay:
    """Search the span; findings that begin in it, by time."""
    request = Request(
        span.since, span.until, selector=place.selector, dry_run=True, crew=place.crew
    )
    tried = trial(
        place.store,
        settings,
        request,
        clock=place.clock,
        progress=progress,
        samples=place.samples,
    )
    pairs = [
        (id_, one)
        for id_, many in tried.evaluation.found.items()
        for one in many
        if span.since <= one.since < span.until
    ]
    pairs.sort(key=lambda pair: (pair[1].since, pair[0], pair[1].detector))
    found = tuple(StoredAnomaly(n, id_, None, one) for n, (id_, one) in enumerate(pairs))
    live = (one for one in tried.series if one.first_at < span.until and one.last_at >= span.since)
    return Replay(span, tuple(live), found, frozenset(tried.evaluation.scored))


def span_of(place: Place, since: int | None, until: int | None) -> Span:
    """The range asked for, no later than the present.

    By default what leaves three days, or the first half of a shorter history, to learn from, and at most
    the last four weeks. Raises InputError where there is nothing to replay.
    """
    series = place.where.series(place.selector)
    if not series:
        raise InputError(
            "there is no series to replay", todo="Collect some, or try `reinfra demo`."
        )
    end = min(until or place.clock() + 1, place.clock() + 1)
    first = min(one.first_at for one in series)
    last = min(max(one.last_at for one in series) + 1, end)
    begin = max(min(first + LEARNING, (first + last) // 2), last - _LONGEST)
    chosen = Span(begin if since is None else since, end)
    if chosen.since >= chosen.until:
        why = f"it begins at {iso(chosen.since)} and ends at {iso(chosen.until)}"
        raise InputError("the range is empty", why=why, todo="Check --since and --until.")
    return chosen
