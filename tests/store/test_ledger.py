"""What sources say beside samples, as the collect loop writes it."""

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import pytest

from reinfra.model import DAY, MINUTE, SECOND, Absence, Answer, Coverage, Fact, Report, subject
from reinfra.store import Store, answers, coverage, inventory, ledger, open_store
from reinfra.store.answers import Texts
from reinfra.store.coverage import SourceHealth
from reinfra.store.retain import retain
from tests.store.conftest import NOW, Hand


@contextmanager
def no_writing(store: Store) -> Iterator[None]:
    """Fails at the first write."""

    def refuse() -> NoReturn:
        raise AssertionError("written")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "writing", refuse)
        yield


GPU = subject({"host.name": "a", "hw.id": "GPU-1"})
LOST = Absence(GPU, "", Coverage.FAILING, "GPU is lost")


def _absent(store: Store) -> list[coverage.StoredAbsence]:
    with store.reading() as connection:
        return coverage.absences(connection)


def _collect(store: Store, at: int, *absences: Absence) -> None:
    ledger.record(store, "nvidia", Report(absences=absences), at)
    ledger.answered(store, "nvidia", at + 1)


def test_an_absence_holds_since_it_was_first_said(held: Store) -> None:
    for minute in range(3):
        _collect(held, NOW + minute * MINUTE, LOST)
    (found,) = _absent(held)
    assert (found.subject, found.reason) == (GPU, "GPU is lost")
    assert (found.since, found.seen, found.until) == (NOW, NOW + 2 * MINUTE + 1, None)


def test_an_absence_ends_with_the_first_collection_that_does_not_repeat_it(held: Store) -> None:
    _collect(held, NOW, LOST, dataclasses.replace(LOST, signal="hw.power"))
    _collect(held, NOW + MINUTE, LOST)
    assert [one.signal for one in _absent(held)] == [""]
    _collect(held, NOW + 2 * MINUTE)
    assert _absent(held) == []


def test_a_failed_collection_ends_no_absence(held: Store) -> None:
    _collect(held, NOW, LOST)
    ledger.failed(held, "nvidia", "driver gone", NOW + MINUTE)
    ledger.failed(held, "nvidia", "driver still gone", NOW + 2 * MINUTE)
    assert [one.since for one in _absent(held)] == [NOW]


def test_another_state_begins_anew_and_another_reason_does_not(held: Store) -> None:
    _collect(held, NOW, LOST)
    _collect(held, NOW + MINUTE, dataclasses.replace(LOST, reason="Xid 79"))
    (found,) = _absent(held)
    assert (found.since, found.reason) == (NOW, "Xid 79")
    _collect(held, NOW + 2 * MINUTE, dataclasses.replace(LOST, state=Coverage.STALE))
    (found,) = _absent(held)
    assert (found.since, found.state) == (NOW + 2 * MINUTE, Coverage.STALE)


def test_a_source_is_failing_since_it_began_to_fail(held: Store) -> None:
    ledger.answered(held, "nvidia", NOW)
    for minute in (1, 2):
        ledger.failed(held, "nvidia", f"no answer {minute}", NOW + minute * MINUTE)
    with held.reading() as connection:
        (found,) = coverage.statuses(connection)
    assert (found.health, found.since) == (SourceHealth.FAILING, NOW + MINUTE)
    assert (found.seen, found.error) == (NOW + 2 * MINUTE, "no answer 2")
    assert found.answered_at == NOW
    ledger.answered(held, "nvidia", NOW + 3 * MINUTE)
    with held.reading() as connection:
        (found,) = coverage.statuses(connection)
    assert (found.health, found.since, found.error) == (
        SourceHealth.ANSWERING,
        NOW + 3 * MINUTE,
        "",
    )


def test_what_is_repeated_is_not_written_again(held: Store) -> None:
    _collect(held, NOW, LOST)
    with no_writing(held):
        for second in range(1, 10):
            _collect(held, NOW + second * SECOND, LOST)
    _collect(held, NOW + 11 * SECOND, LOST)
    assert _absent(held)[0].seen == NOW + 11 * SECOND + 1


def test_what_another_process_wrote_is_seen_within_minutes(held: Store, any_url: str) -> None:
    _collect(held, NOW, LOST)
    other = open_store(any_url, clock=held.clock)
    _collect(other, NOW + SECOND)
    assert _absent(held) == []
    _collect(held, NOW + 6 * MINUTE, LOST)
    assert [one.since for one in _absent(held)] == [NOW + 6 * MINUTE]
    other.engine.dispose()


def test_an_absence_that_a_process_left_ends_when_the_next_one_does_not_say_it(
    held: Store, any_url: str
) -> None:
    _collect(held, NOW, LOST)
    other = open_store(any_url, clock=held.clock)
    ledger.answered(other, "nvidia", NOW + SECOND)
    assert _absent(held) == []
    other.engine.dispose()


def test_a_report_is_one_transaction(held: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> dict[str, int]:
        raise RuntimeError

    monkeypatch.setattr(answers, "note_answers", broken)
    with pytest.raises(RuntimeError):
        ledger.record(held, "nvidia", Report(absences=(LOST,)), NOW)
    assert _absent(held) == []


def test_what_was_refused_is_counted_by_reason(held: Store) -> None:
    for _ in range(2):
        ledger.record(held, "otlp", Report(refused={"unknown unit": 3, "blank": 1}), NOW)
    with held.reading() as connection:
        found = [(one.reason, one.count) for one in coverage.refusals(connection)]
    assert found == [("unknown unit", 6), ("blank", 2)]


def test_reasons_without_number_become_one(held: Store) -> None:
    ledger.record(held, "otlp", Report(refused={f"bad {i}": 1 for i in range(150)}), NOW)
    with held.reading() as connection:
        found = {one.reason: one.count for one in coverage.refusals(connection)}
    assert len(found) == 101
    assert found[coverage.OTHER] == 50


def test_hostile_texts_are_cut_and_kept_as_text(held: Store) -> None:
    hostile = "\0\ud800" + "x" * 100_000
    long = subject({"host.name": "h" * 5_000})
    report = Report(
        absences=(
            Absence(GPU, "s", Coverage.FAILING, hostile),
            Absence(long, "s", Coverage.STALE, ""),
        ),
        facts=(Fact(GPU, "driver.version", hostile), Fact(long, "n", "v")),
        answers=(Answer(hostile, NOW, hostile, "m", hostile, "o"),),
    )
    ledger.record(held, "nvidia", report, NOW, texts=Texts.KEEP)
    ledger.failed(held, "nvidia", hostile, NOW)
    (found,) = _absent(held)
    assert len(found.reason) == 500
    with held.reading() as connection:
        assert len(inventory.current(connection)[0].value) == 500
        reasons = {one.reason for one in coverage.refusals(connection)}
    assert reasons == {"a subject with too long a name"}


def test_retention_forgets_what_ended_long_ago_and_nothing_that_holds(held: Store) -> None:
    _collect(held, NOW, LOST, dataclasses.replace(LOST, signal="hw.power"))
    _collect(held, NOW + MINUTE, LOST)
    ledger.record(held, "otlp", Report(answers=(Answer("1", NOW, "s", "m", "i", "o"),)), NOW)
    with held.writing() as connection:
        assert ledger.expire(connection, NOW + 20 * DAY) == 0
    _collect(held, NOW + 300 * DAY, LOST)
    with held.writing() as connection:
        assert ledger.expire(connection, NOW + 500 * DAY) == 2
    assert [one.since for one in _absent(held)] == [NOW]


def test_upkeep_forgets_too(held: Store, clock: Hand) -> None:
    ledger.record(held, "otlp", Report(answers=(Answer("1", NOW, "s", "m", "i", "o"),)), NOW)
    assert retain(held).ended == 0
    clock.at = NOW + 31 * DAY
    assert retain(held).ended == 1
