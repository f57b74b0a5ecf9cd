from reinfra.collect.said import REPEAT, Said
from reinfra.model import Absence, Coverage, subject
from reinfra.store import Store, coverage
from reinfra.store.coverage import SourceHealth, StoredAbsence
from tests.collect.doubles import NOW

GONE = Absence(subject({"hw.id": "a"}), "", Coverage.FAILING, "lost")


def absences(store: Store) -> list[StoredAbsence]:
    with store.reading() as connection:
        return coverage.absences(connection)


def test_what_does_not_change_is_said_again_after_a_minute_only(store: Store) -> None:
    now = NOW
    store.clock = lambda: now
    said = Said(store)
    for now in (NOW, NOW + REPEAT // 2, NOW + REPEAT):
        said.over("s", (GONE,))
        (kept,) = absences(store)
        assert kept.since == NOW
        assert kept.seen == (NOW if now < NOW + REPEAT else now)


def test_what_is_back_is_no_longer_absent_at_once(store: Store) -> None:
    now = NOW
    store.clock = lambda: now
    said = Said(store)
    said.over("s", (GONE,))
    now += 1000
    said.over("s")
    assert absences(store) == []


def test_a_failure_is_news_and_so_is_its_end(store: Store) -> None:
    now = NOW
    store.clock = lambda: now
    said = Said(store)
    seen = []
    for error in ("", "no answer", ""):
        now += 1000
        said.over("s", error=error)
        with store.reading() as connection:
            (status,) = coverage.statuses(connection)
        seen.append((status.health, status.since == now))
    assert [health for health, _ in seen] == [
        SourceHealth.ANSWERING,
        SourceHealth.FAILING,
        SourceHealth.ANSWERING,
    ]
    assert all(fresh for _, fresh in seen)
