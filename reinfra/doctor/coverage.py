"""What each source watches, what it does not and why, and what to do about it."""

from collections.abc import Iterator

from reinfra.config import Settings
from reinfra.coverage.ledger import Ledger
from reinfra.coverage.look import Survey, look
from reinfra.coverage.presence import Presence
from reinfra.coverage.rules import never_fire, rules
from reinfra.coverage.subjects import is_device, kind_of, named
from reinfra.coverage.summary import Trouble, counts, gone, troubles
from reinfra.coverage.watchers import Watcher
from reinfra.doctor.finding import Finding, Level, sentence
from reinfra.errors import ReinfraError
from reinfra.model import SECOND, Coverage, iso
from reinfra.signals.wording import duration, number
from reinfra.store import SampleStore, Selector, Store
from reinfra.store.backends import open_samples
from reinfra.store.sources import SourceState, listing

_MOST = 8  # of a sort that are told one by one
_SKEW = 2 * SECOND
_BAD = (Coverage.FAILING, Coverage.STALE)


def watched(store: Store, settings: Settings) -> Iterator[Finding]:
    now = store.clock()
    try:
        samples: SampleStore = store
        if settings.database.samples:
            samples = open_samples(settings.database.samples)
        found = look(store, settings, samples.series(Selector()), now, samples)
    except ReinfraError as error:
        yield Finding(Level.BAD, "samples", str(error))
        return
    with store.reading() as connection:
        there = {one.name: one for one in listing(connection)}
    yield from _sources(found, there, now)
    yield from _summary(found.ledger)
    yield from _gone(found.ledger)
    yield from _lacking(troubles(found.ledger))
    for one in never_fire(rules(settings), found.ledger):
        said = f"a rule on {one.rule.signal} can never fire: {one.reason}."
        yield Finding(Level.BAD, one.rule.where, said, one.todo)


def _sources(found: Survey, there: dict[str, SourceState], now: int) -> Iterator[Finding]:
    """Those that do not answer first."""
    names = dict.fromkeys([*found.watching, *there])
    if not names:
        todo = "Run `reinfra collect --once`."
        yield Finding(Level.NOTE, "sources", "nothing collected yet.", todo)
    silent = [name for name in names if (one := found.watching.get(name)) and not one.answers]
    for name in dict.fromkeys([*sorted(silent), *sorted(names)]):
        yield _source(found, name, there.get(name))
    for name, state in there.items():
        if state.last_at is not None and state.last_at > now + _SKEW:
            ahead = duration(state.last_at - now)
            said = f"its samples are {ahead} ahead of this machine's clock."
            yield Finding(Level.BAD, f"source {name}", said, "Let both be set by NTP.")


def _source(found: Survey, name: str, state: SourceState | None) -> Finding:
    many = counts(found.ledger, name)
    told = ", ".join(f"{count} {which}" for which, count in many.items()) or "no known signal"
    what = f"{state.origin}, {state.series} series: {told}" if state else told
    watcher = found.watching.get(name)
    if watcher is None or watcher.answers:
        return Finding(Level.OK, f"source {name}", what)
    since = f" since {iso(watcher.since)}" if watcher.since is not None else ""
    said = f"no answer{since}: {watcher.reason}"
    return Finding(Level.BAD, f"source {name}", f"{sentence(said)} It had {what}.", _todo(watcher))


def _todo(watcher: Watcher) -> str:
    if "reinfra collect" in watcher.reason:
        return "Start it, or set collect.interval to how often it is run."
    return f"Correct it, and try `reinfra collect {watcher.source} --once`."


def _summary(ledger: Ledger) -> Iterator[Finding]:
    tally = ledger.tally()
    if not tally.owed:
        return
    states = ", ".join(f"{count} {state}" for state, count in ledger.counts().items())
    share = f"{number(100 * tally.share)} % of {tally.owed} signals come"
    level = Level.OK if tally.coming == tally.owed else Level.NOTE
    yield Finding(level, "coverage", f"{share}: {states}. Subjects: {len(ledger.subjects)}.")
    idle = sum(one.presence is Presence.IDLE for one in ledger.standing)
    if idle:
        yield Finding(Level.NOTE, "idle", f"{idle} of the devices that report have no work.")


def _gone(ledger: Ledger) -> Iterator[Finding]:
    found = [one for one in gone(ledger) if kind_of(one.subject) != "source"]  # told already
    for one in found[:_MOST]:
        said = one.standing
        since = f" since {iso(said.since)}" if said.since is not None else ""
        todo = ""
        if is_device(one.subject) and said.presence is Presence.LOST:
            todo = "Look for it in the host's kernel log."
        yield Finding(
            Level.BAD, named(one.subject), sentence(f"{said.presence}{since}: {said.reason}"), todo
        )
    if len(found) > _MOST:
        yield Finding(Level.BAD, "and more", f"{len(found) - _MOST} more are dead or lost.")


def _lacking(found: list[Trouble]) -> Iterator[Finding]:
    for one in found[:_MOST]:
        level = Level.OK
        if one.state in _BAD:
            level = Level.NOTE if one.since is None else Level.BAD
        since = f" since {iso(one.since)}" if one.since is not None else ""
        yield Finding(
            level, f"{one.state}", sentence(f"{one.said}, from {one.source}{since}: {one.reason}")
        )
    if len(found) > _MOST:
        yield Finding(Level.OK, "and more", "The Coverage page of the dashboard shows all.")
