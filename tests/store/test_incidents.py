"""Incidents and their timeline, on SQLite and PostgreSQL."""

from dataclasses import replace

import pytest

from reinfra.model import MINUTE, IncidentState, InputError, Severity, Transition
from reinfra.store import Store, backlog, incidents, outbox
from reinfra.store.incidents import Change, Event, StoredIncident

NOW = 1_700_000_000_000
OPENED = Event(Transition.OPENED, reasons=("it began here",))


def wanted(**changes: object) -> StoredIncident:
    plain = StoredIncident(
        id=0,
        scope="host a",
        title="CPU busy 0.98 on a",
        severity=Severity.WARNING,
        state=IncidentState.OPEN,
        since=NOW - 5 * MINUTE,
        until=NOW,
        series_count=1,
        origin="recorded",
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def opened(store: Store, *channels: str, **changes: object) -> StoredIncident:
    with store.writing() as connection:
        change = Change(wanted(**changes), None, events=(OPENED,))
        return incidents.apply(connection, [change], now=NOW, channels=channels)[0]


def moved(store: Store, incident_id: int, to: Transition, by: str = "ann") -> incidents.Moved:
    with store.writing() as connection:
        return incidents.move(connection, incident_id, to, by=by, now=NOW + 1, channels=["file"])


def test_a_new_incident_gets_an_id_a_timeline_and_a_message_per_channel(any_store: Store) -> None:
    new = opened(any_store, "file", "sns")
    with any_store.reading() as connection:
        assert incidents.get(connection, new.id) == new
        (entry,) = incidents.transitions(connection, new.id)
        messages = outbox.of_incident(connection, new.id)
    assert (entry.number, entry.kind, entry.by) == (1, Transition.OPENED, "reinfra")
    assert {message.channel for message in messages} == {"file", "sns"}
    assert {message.notice.dedup_key for message in messages} == {f"{new.name}:1"}
    assert messages[0].notice.reasons == ("it began here",)
    assert messages[0].notice.origin == "recorded"


def test_a_second_acknowledge_changes_nothing_and_says_who_was_first(any_store: Store) -> None:
    new = opened(any_store)
    first = moved(any_store, new.id, Transition.ACKNOWLEDGED, "ann")
    second = moved(any_store, new.id, Transition.ACKNOWLEDGED, "bob")
    assert first.done
    assert first.incident.state is IncidentState.ACKNOWLEDGED
    assert not second.done
    assert "already acknowledged by ann" in second.said
    with any_store.reading() as connection:
        assert len(incidents.transitions(connection, new.id)) == 2
        assert len(outbox.of_incident(connection, new.id)) == 1


def test_a_person_resolves_what_is_open_or_acknowledged_but_not_twice(any_store: Store) -> None:
    first, second = opened(any_store), opened(any_store, scope="host b")
    moved(any_store, second.id, Transition.ACKNOWLEDGED)
    assert moved(any_store, first.id, Transition.RESOLVED).done
    assert moved(any_store, second.id, Transition.RESOLVED).done
    assert not moved(any_store, second.id, Transition.RESOLVED).done
    assert not moved(any_store, first.id, Transition.ACKNOWLEDGED).done


def test_a_change_made_for_another_state_is_passed_over(any_store: Store) -> None:
    new = opened(any_store)
    moved(any_store, new.id, Transition.RESOLVED)
    stale = Change(replace(new, series_count=9), IncidentState.OPEN, events=(OPENED,))
    with any_store.writing() as connection:
        assert incidents.apply(connection, [stale], now=NOW) == []
        assert incidents.get(connection, new.id).series_count == 1
        assert len(incidents.transitions(connection, new.id)) == 2


def test_a_transaction_that_fails_leaves_neither_incident_nor_message(any_store: Store) -> None:
    change = Change(wanted(), None, events=(OPENED,))

    def fail_late() -> None:
        with any_store.writing() as connection:
            incidents.apply(connection, [change], now=NOW, channels=["file"])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_late()
    with any_store.reading() as connection:
        assert incidents.listing(connection) == []
        assert backlog.counts(connection) == {}


def test_a_listing_is_newest_first_and_by_state(any_store: Store) -> None:
    old, new = opened(any_store, since=NOW - 9 * MINUTE), opened(any_store)
    moved(any_store, old.id, Transition.ACKNOWLEDGED)
    with any_store.reading() as connection:
        assert [one.id for one in incidents.listing(connection)] == [new.id, old.id]
        assert [one.id for one in incidents.listing(connection, limit=1)] == [new.id]
        acknowledged = incidents.listing(connection, states=[IncidentState.ACKNOWLEDGED])
    assert [one.id for one in acknowledged] == [old.id]


def test_feedback_is_kept_and_can_be_taken_back(any_store: Store) -> None:
    new = opened(any_store)
    for useful, kept in [(True, "useful"), (False, "not useful"), (None, None)]:
        with any_store.writing() as connection:
            incidents.give_feedback(connection, new.id, useful=useful)
            assert incidents.get(connection, new.id).feedback == kept


@pytest.mark.parametrize("to", [Transition.OPENED, Transition.ESCALATED])
def test_a_person_cannot_make_what_only_rules_make(store: Store, to: Transition) -> None:
    with pytest.raises(InputError, match="by rule"):
        moved(store, opened(store).id, to)


def test_an_incident_that_is_not_there_is_an_input_error(store: Store) -> None:
    with pytest.raises(InputError, match="no incident INC-12"):
        moved(store, 12, Transition.ACKNOWLEDGED)


def test_a_nameless_person_is_refused(store: Store) -> None:
    with pytest.raises(InputError, match="nobody is named"):
        moved(store, opened(store).id, Transition.ACKNOWLEDGED, by=" ")


@pytest.mark.parametrize("name", ["INC-7", "inc-7", " 7 "])
def test_an_incident_is_named_as_people_write_it(name: str) -> None:
    assert incidents.parse_id(name) == 7


@pytest.mark.parametrize("name", ["", "INC-", "seven", "INC-7; DROP", "-7", "٧"])  # noqa: RUF001 - a digit, but no ASCII one
def test_what_is_no_incident_name_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="not an incident"):
        incidents.parse_id(name)
