"""The figures at the top of the coverage page."""

from collections import Counter
from collections.abc import Sequence

from dashboard.format import count, percent, signed
from dashboard.queries.coverage import Covered
from dashboard.tiles import Tile
from reinfra.coverage.ledger import Ledger
from reinfra.coverage.presence import Presence
from reinfra.coverage.subjects import is_device
from reinfra.model import Coverage

_LEAST_POINTS = 3


def tiles(covered: Covered, history: Sequence[float]) -> list[Tile]:
    return [
        _share(covered.ledger, history),
        _gone(covered.ledger),
        _idle(covered.ledger),
        _answering(covered),
        _rules(covered),
    ]


def _share(ledger: Ledger, history: Sequence[float]) -> Tile:
    tally, states = ledger.tally(), ledger.counts()
    moved = len(history) >= _LEAST_POINTS and history[-1] != history[0]
    warming = states[Coverage.WARMING]
    return Tile(
        "Signals that come",
        percent(tally.share),
        delta=signed(100 * (history[-1] - history[0]), "pp") if moved else "",
        against=f"{tally.coming:,} of {tally.owed:,} that should, {warming:,} of them warming",
        colour="normal",
        course=tuple(history) if len(history) >= _LEAST_POINTS else (),
        help="What is unsupported is owed by nobody. The course is the mean over places, of the last day.",
    )


def _gone(ledger: Ledger) -> Tile:
    many = Counter(one.presence for one in ledger.standing)
    lost, dead = many[Presence.LOST], many[Presence.DEAD]
    return Tile(
        "Dead or lost",
        f"{lost + dead:,}",
        against=f"{lost:,} lost, {dead:,} dead, of {count(len(ledger.subjects), 'subject')}",
        help="Lost: it disappeared while its source answers. Dead: its source does not answer.",
    )


def _idle(ledger: Ledger) -> Tile:
    devices = [
        standing.presence
        for subject, standing in zip(ledger.subjects, ledger.standing, strict=True)
        if is_device(subject)
    ]
    return Tile(
        "Idle devices",
        f"{devices.count(Presence.IDLE):,}",
        against=f"of {count(len(devices), 'device')}; they report and have no work",
    )


def _answering(covered: Covered) -> Tile:
    answers = sum(one.answers for one in covered.watching.values())
    return Tile(
        "Sources that answer",
        f"{answers:,}",
        against=f"of {count(len(covered.watching), 'source')} that reinfra collects",
    )


def _rules(covered: Covered) -> Tile:
    return Tile(
        "Rules that never fire",
        f"{len(covered.rules):,}",
        against="of those that alerts.rely_on names",
        help="A rule on a signal that nothing here can give is silent, and looks healthy.",
    )
