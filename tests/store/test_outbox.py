"""The outbox on SQLite and PostgreSQL: order, leases, and what is given up."""

import threading

import pytest
from sqlalchemy import update

from reinfra.model import IncidentState, Severity, Transition
from reinfra.store import Store, backlog, incidents, outbox
from reinfra.store.backlog import Counts, Revived
from reinfra.store.incidents import Change, Event, StoredIncident
from reinfra.store.outbox import Delivery, Message
from reinfra.store.schema import outbox as table

NOW = 1_700_000_000_000
LEASE = 60_000


def incident_with(store: Store, messages: int, *channels: str) -> int:
    """An incident with that many transitions, each with a message for every channel."""
    events = tuple(Event(Transition.OPENED, f"{n}") for n in range(messages))
    plain = StoredIncident(
        0, "host a", "title", Severity.WARNING, IncidentState.OPEN, NOW, NOW, 1, "live"
    )
    with store.writing() as connection:
        change = Change(plain, None, events=events)
        return incidents.apply(connection, [change], now=NOW, channels=channels)[0].id


def claim(store: Store, channel: str = "file", now: int = NOW, limit: int = 10) -> list[Message]:
    with store.writing() as connection:
        return outbox.claim(connection, channel, now=now, lease=LEASE, limit=limit)


def keys(messages: list[Message]) -> list[str]:
    return [message.notice.dedup_key for message in messages]


def test_a_later_message_of_an_incident_waits_for_the_earlier_one(any_store: Store) -> None:
    id_ = incident_with(any_store, 2, "file")
    first = claim(any_store)
    assert keys(first) == [f"INC-{id_}:1"]
    assert claim(any_store) == []
    with any_store.writing() as connection:
        outbox.mark_sent(connection, [first[0].id], NOW)
    assert keys(claim(any_store)) == [f"INC-{id_}:2"]


def test_a_later_message_waits_while_the_earlier_one_is_retried(any_store: Store) -> None:
    incident_with(any_store, 2, "file")
    (first,) = claim(any_store)
    with any_store.writing() as connection:
        outbox.mark_failed(connection, first.id, "down", NOW + 5_000)
    assert claim(any_store, now=NOW + 4_999) == []
    (again,) = claim(any_store, now=NOW + 5_000)
    assert (again.id, again.attempts, again.last_error) == (first.id, 1, "down")


def test_a_dead_message_does_not_hold_back_the_resolve(any_store: Store) -> None:
    incident_with(any_store, 2, "file")
    (first,) = claim(any_store)
    with any_store.writing() as connection:
        outbox.mark_failed(connection, first.id, "no such topic", None)
    assert [message.notice.number for message in claim(any_store)] == [2]


def test_incidents_and_channels_do_not_wait_for_each_other(any_store: Store) -> None:
    for _ in range(3):
        incident_with(any_store, 2, "file", "sns")
    assert len(claim(any_store, "file")) == 3
    assert len(claim(any_store, "sns")) == 3


def test_a_claim_ends_with_its_lease_so_a_killed_relay_loses_nothing(any_store: Store) -> None:
    incident_with(any_store, 1, "file")
    (first,) = claim(any_store)
    assert claim(any_store, now=NOW + LEASE - 1) == []
    (again,) = claim(any_store, now=NOW + LEASE)
    assert again.id == first.id
    assert again.attempts == 0


def test_what_one_relay_has_sent_another_cannot_fail(any_store: Store) -> None:
    incident_with(any_store, 1, "file")
    (first,) = claim(any_store)
    with any_store.writing() as connection:
        outbox.mark_sent(connection, [first.id], NOW)
        outbox.mark_failed(connection, first.id, "too late", None)
        (message,) = outbox.of_incident(connection, first.notice.incident.id)
    assert (message.state, message.last_error) == (Delivery.SENT, None)


def test_a_notice_put_twice_is_one_message(any_store: Store) -> None:
    incident_with(any_store, 1, "file")
    (message,) = claim(any_store)
    with any_store.writing() as connection:
        outbox.put(connection, message.notice, ["file", "sns"], NOW)
        assert set(backlog.counts(connection)) == {"file", "sns"}
        assert backlog.counts(connection)["file"].pending == 1


def test_waiting_sent_and_dead_messages_are_counted_and_shown(any_store: Store) -> None:
    for _ in range(3):
        incident_with(any_store, 1, "file")
    sent, dead, _waiting = claim(any_store)
    with any_store.writing() as connection:
        outbox.mark_sent(connection, [sent.id], NOW)
        outbox.mark_failed(connection, dead.id, "no such topic", None)
        assert backlog.counts(connection) == {"file": Counts(1, 1, 1, NOW)}
        (shown,) = outbox.listing(connection, Delivery.DEAD)
        assert (shown.id, shown.last_error) == (dead.id, "no such topic")


def test_the_dead_can_be_revived(any_store: Store) -> None:
    incident_with(any_store, 1, "file")
    (dead,) = claim(any_store)
    with any_store.writing() as connection:
        outbox.mark_failed(connection, dead.id, "no such topic", None)
        assert backlog.revive(connection, "sns", NOW) == Revived()
        assert backlog.revive(connection, "file", NOW) == Revived(1)
    assert [message.attempts for message in claim(any_store)] == [0]


def test_two_relays_at_once_never_claim_the_same_message(any_store: Store) -> None:
    for _ in range(40):
        incident_with(any_store, 1, "file")
    claimed: list[int] = []
    start = threading.Barrier(2)

    def work() -> None:
        start.wait()
        while got := claim(any_store, limit=3):
            claimed.extend(message.id for message in got)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(claimed) == len(set(claimed)) == 40


def test_a_claim_passes_over_what_another_transaction_holds(postgres_url: str) -> None:
    from reinfra.store import open_store

    store = open_store(postgres_url)
    for _ in range(2):
        incident_with(store, 1, "file")
    with store.writing() as connection:
        held = update(table).where(table.c.id == 1).values(attempts=0)
        connection.execute(held)
        assert [message.id for message in claim(store)] == [2]
    store.engine.dispose()


@pytest.mark.parametrize("transition", list(Transition))
def test_a_notice_survives_the_outbox_whole(store: Store, transition: Transition) -> None:
    from reinfra.store.notice import Notice, decode, encode

    incident_with(store, 1, "file")
    (message,) = claim(store)
    given = message.notice
    notice = Notice(given.incident, transition, 3, NOW, ("a", "°"), "simulated", "power", "f", "t")
    assert decode(encode(notice)) == notice
