import pytest

from reinfra.collect.gathering import HOLD, Gathering
from reinfra.collect.writer import Writer
from reinfra.model import SECOND, Absence, Batch, Coverage, Origin, Report, SeriesKey, subject
from reinfra.store import Selector, Store, StoreError
from reinfra.store.coverage import absences
from tests.collect.doubles import NOW

KEYS = (SeriesKey.of("m", {"a": "1"}), SeriesKey.of("m", {"a": "2"}))
LIVE = Origin.LIVE


class Rounds:
    """A source's rounds, a second apart by both clocks."""

    def __init__(self, store: Store) -> None:
        self.store, self.second = store, 0.0
        store.clock = lambda: NOW + int(self.second * SECOND)
        self.into = Gathering(Writer(store), "agent", LIVE, lambda: self.second)

    def next(self, *reports: Report) -> None:
        at = self.store.clock()
        self.into.write("agent", LIVE, Batch.at_instant(at, [(key, self.second) for key in KEYS]))
        for report in reports:
            self.into.write("agent", LIVE, report)
        self.into.over("agent")
        self.second += 1

    def stored(self) -> list[float]:
        found = self.store.series(Selector())
        return self.store.samples(found, NOW, NOW + 10**6).value[0].tolist() if found else []


def test_samples_wait_no_longer_than_said_and_none_is_lost(store: Store) -> None:
    rounds, seen = Rounds(store), []
    for _ in range(int(2 * HOLD) + 2):
        rounds.next()
        seen.append(len(rounds.stored()))
    assert seen == [1] * 5 + [6] * 5 + [11] * 2
    rounds.into.flush(0.0)
    assert rounds.stored() == [float(second) for second in range(12)]


def test_what_could_not_be_written_is_written_with_the_next(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    rounds = Rounds(store)
    with monkeypatch.context() as broken:
        broken.setattr(rounds.into.writer, "write", _refuse)
        with pytest.raises(StoreError):
            rounds.next()
    rounds.second = 1.0
    rounds.next()
    assert rounds.stored() == [0.0, 1.0]


def test_a_report_that_repeats_the_last_stands_and_one_that_does_not_ends(store: Store) -> None:
    rounds = Rounds(store)
    gone = Absence(subject({"hw.id": "1"}), "x", Coverage.FAILING, "no answer")
    for _ in range(3):
        rounds.next(Report(absences=(gone,)))
    assert absent(store) == ["no answer"]
    rounds.next(Report())
    assert absent(store) == []


def absent(store: Store) -> list[str]:
    with store.reading() as connection:
        return [one.reason for one in absences(connection)]


def _refuse(*_: object) -> None:
    raise StoreError("the database is locked")
