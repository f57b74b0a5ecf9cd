"""What people said of incidents, as precision and recall of each detector, and what it would have them set."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reinfra.backtest.against import overlaps
from reinfra.backtest.figures import Share
from reinfra.backtest.labels import Label
from reinfra.backtest.replay import Span
from reinfra.batch.budget import DIALS, passes
from reinfra.store import Store, anomalies, incidents
from reinfra.store.anomalies import StoredAnomaly
from reinfra.store.incidents import EXPECTED, NOT_USEFUL, USEFUL

_REAL = (USEFUL, EXPECTED)


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """An incident with what was said of it (None: nothing), and its evidence."""

    id: int
    feedback: str | None
    found: tuple[StoredAnomaly, ...]

    @property
    def detectors(self) -> frozenset[str]:
        return frozenset(one.found.detector for one in self.found)


@dataclass(frozen=True, slots=True)
class OfDetector:
    """Of the judged incidents that a detector had a hand in, those that were real: useful, or expected.

    `recall` is its share of all real incidents that are known of: judged ones, and labels that nobody was told of.
    """

    detector: str
    useful: int
    expected: int
    not_useful: int
    precision: Share
    recall: Share


def told(store: Store, span: Span) -> list[Told]:
    """The incidents that began in the span."""
    with store.reading() as connection:
        there = incidents.touching(connection, span.since)
        return [
            Told(one.id, one.feedback, tuple(anomalies.of_incident(connection, one.id)))
            for one in there
            if span.since <= one.since < span.until
        ]


def by_detector(known: Sequence[Told], missed: int = 0) -> list[OfDetector]:
    """By detector's name. `missed` real troubles that no incident tells of count against the recall of all."""
    judged = [one for one in known if one.feedback]
    real = sum(one.feedback in _REAL for one in judged)
    found = []
    for name in sorted({name for one in known for name in one.detectors}):
        mine = [one.feedback for one in judged if name in one.detectors]
        useful, expected, useless = (mine.count(word) for word in (USEFUL, EXPECTED, NOT_USEFUL))
        right = useful + expected
        share, of_real = Share.of(right, len(mine)), Share.of(right, real + missed)
        found.append(OfDetector(name, useful, expected, useless, share, of_real))
    return found


def untold(known: Sequence[Told], labels: Sequence[Label], span: Span) -> int:
    """Labels of the span that overlap no anomaly of an incident."""
    mine = [one for one in labels if one.since < span.until and one.until >= span.since]
    every = [each.found for one in known for each in one.found]
    return sum(
        not any(one.selector.matches(each.key) and overlaps(each, one) for each in every)
        for one in mine
    )


def proposed(known: Sequence[Told], present: float) -> tuple[float, int] | None:
    """A stricter `detect.false_alarms` that would have spared the most of what was not useful, and how many.

    None where no setting spares any without losing a real one. What a stricter setting lets through is
    told from how far scores were above their thresholds; a replay then shows what it really does.
    """
    real = [one for one in known if one.feedback in _REAL]
    noise = [one for one in known if one.feedback == NOT_USEFUL]
    best: tuple[float, int] | None = None
    for dial in sorted((one for one in DIALS if one < present), reverse=True):
        passed = passes(dial, present)
        if not all(any(passed(each) for each in one.found) for one in real):
            break
        spared = sum(not any(passed(each) for each in one.found) for one in noise)
        if spared > (best[1] if best else 0):
            best = dial, spared
    return best


def counted(known: Sequence[Told]) -> Mapping[str, int]:
    """How many incidents there were, and how many of each judgement."""
    words = [one.feedback or "not judged" for one in known]
    return {word: words.count(word) for word in (USEFUL, EXPECTED, NOT_USEFUL, "not judged")}
