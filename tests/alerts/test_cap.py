"""Caps, digests, rests and clocks: what a relay does when there is too much, or too little."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest

from reinfra.alerts.channels import ChannelError, Result
from reinfra.alerts.lane import DIGEST_EVERY
from reinfra.alerts.message import Told, subject
from reinfra.alerts.relay import LEASE, RelayReport, relay
from reinfra.model import DAY, HOUR, MINUTE, SECOND, IncidentState, Severity, Transition
from reinfra.store import Store, backlog, incidents, outbox
from reinfra.store.backlog import Counts
from reinfra.store.digests import Digest
from reinfra.store.incidents import Change, Event, StoredIncident
from reinfra.store.notice import Notice
from tests.alerts.strange import Memory
from tests.store.test_outbox import NOW, incident_with

CAP = 5


def run(store: Store, channel: Memory, at: int = NOW, cap: int = CAP) -> RelayReport:
    rng = np.random.default_rng(1)
    return relay(store, [channel], lambda: at, rng, 10_000, caps={channel.name: cap})


def storm(store: Store, many: int, severity: Severity = Severity.WARNING) -> list[int]:
    """That many incidents in one transaction, each with one message."""
    plain = StoredIncident(0, "host a", "title", severity, IncidentState.OPEN, NOW, NOW, 1, "live")
    changes = [Change(plain, None, events=(Event(Transition.OPENED),)) for _ in range(many)]
    with store.writing() as connection:
        made = incidents.apply(connection, changes, now=NOW, channels=["memory"])
    return [one.id for one in made]


def digests_of(channel: Memory) -> list[Digest]:
    return [one for one in channel.got if isinstance(one, Digest)]


def test_beyond_the_cap_one_digest_tells_of_all_others_and_nothing_is_lost(
    any_store: Store,
) -> None:
    storm(any_store, 60)
    storm(any_store, 2, Severity.CRITICAL)
    channel = Memory()
    assert run(any_store, channel) == RelayReport(62, digests=1, digested=57)
    singles = [one for one in channel.got if isinstance(one, Notice)]
    assert [one.incident.severity for one in singles][:2] == [Severity.CRITICAL] * 2
    (digest,) = digests_of(channel)
    assert len(channel.got) == CAP + 1
    assert (digest.messages, digest.incident_count, len(digest.incidents)) == (57, 57, 20)
    assert "57 more alerts about 57 incidents" in subject(digest)
    with any_store.reading() as connection:
        assert backlog.counts(connection) == {"memory": Counts(sent=62)}


def test_tokens_come_back_with_time_and_the_next_digest_waits(store: Store) -> None:
    storm(store, CAP + 1)
    channel = Memory()
    run(store, channel)
    storm(store, 3)
    assert run(store, channel, NOW + MINUTE).sent == 0
    assert run(store, channel, NOW + DIGEST_EVERY - 1).sent == 0
    report = run(store, channel, NOW + HOUR // CAP)
    assert (report.sent, report.digests) == (3, 1)  # one token is back, and the rest is a digest
    assert len(digests_of(channel)) == 2


def test_what_fails_costs_no_token(store: Store) -> None:
    storm(store, CAP)
    channel = Memory(failures=[ChannelError("down")] * 3)
    for minute in range(3):
        run(store, channel, NOW + minute * MINUTE)
    channel.failures.clear()
    assert run(store, channel, NOW + 5 * MINUTE) == RelayReport(CAP)


def test_a_digest_that_a_killed_relay_sent_comes_again_with_its_key_and_its_messages(
    any_store: Store,
) -> None:
    @dataclass(slots=True)
    class Dying(Memory):
        lives: int = 1
        seen: list[Told] = field(default_factory=list)

        def send(self, messages: Sequence[Told]) -> list[Result]:
            self.seen += messages
            if isinstance(messages[0], Digest) and self.lives:
                self.lives -= 1
                raise KeyboardInterrupt
            return [Result()] * len(messages)

    storm(any_store, 20)
    channel = Dying()
    with pytest.raises(KeyboardInterrupt):
        run(any_store, channel)
    storm(any_store, 7)
    assert run(any_store, channel, NOW + LEASE - 1).sent == 0
    run(any_store, channel, NOW + LEASE)
    first, again = (one for one in channel.seen if isinstance(one, Digest))
    assert (first.dedup_key, first.messages, first.at) == (
        again.dedup_key,
        again.messages,
        again.at,
    )
    with any_store.reading() as connection:
        assert backlog.counts(connection)["memory"] == Counts(
            sent=20, pending=7, oldest_pending_at=NOW
        )


def test_in_a_digest_too_nothing_overtakes_what_came_earlier(any_store: Store) -> None:
    (id_,) = storm(any_store, 1)
    with any_store.writing() as connection:
        (held,) = outbox.claim(connection, "memory", now=NOW, lease=LEASE, limit=1)
        incidents.move(connection, id_, Transition.RESOLVED, by="ann", now=NOW, channels=["memory"])
    storm(any_store, CAP + 2)
    channel = Memory()
    run(any_store, channel)
    (digest,) = digests_of(channel)
    assert digest.messages == 2
    assert id_ not in {one.id for one in digest.incidents}
    with any_store.writing() as connection:
        outbox.mark_sent(connection, [held.id], NOW)
        (resolve,) = (one for one in outbox.of_incident(connection, id_) if one.id != held.id)
    assert resolve.state is outbox.Delivery.PENDING


def test_a_digest_that_is_refused_for_good_is_seen_among_the_dead(store: Store) -> None:
    storm(store, CAP + 3)
    gone = Result("no such topic", permanent=True)
    report = run(store, Memory(failures=[None, gone]))
    assert (report.sent, report.dead) == (CAP, 3)
    with store.writing() as connection:
        assert backlog.revive(connection, "memory", NOW).revived == 3
    channel = Memory()
    run(store, channel, NOW + DIGEST_EVERY)
    assert sum(one.messages for one in digests_of(channel)) == 3


@pytest.mark.parametrize("wait", [0, 7 * MINUTE])
def test_a_receiver_that_fails_rests_as_long_as_it_asks(store: Store, wait: int) -> None:
    storm(store, 1)
    channel = Memory(failures=[ChannelError("throttled", wait=wait)])
    assert run(store, channel, cap=0).retried == 1
    storm(store, 1)
    longest = max(wait, 5 * SECOND)
    assert run(store, channel, NOW + longest // 2 - 1, cap=0).sent == 0
    assert run(store, channel, NOW + longest, cap=0).sent == 2


def test_a_clock_that_was_set_back_lets_nothing_wait_for_it(store: Store) -> None:
    incident_with(store, 1, "memory")  # at NOW, by a clock a year ahead
    channel = Memory(failures=[ChannelError("down")])
    run(store, channel)
    assert run(store, channel, NOW - 365 * DAY).sent == 1


def test_a_slow_channel_delays_no_other(store: Store) -> None:
    import threading

    arrived = threading.Event()

    @dataclass(slots=True)
    class Hanging(Memory):
        def send(self, messages: Sequence[Told]) -> list[Result]:
            assert arrived.wait(10)
            return [Result()] * len(messages)

    @dataclass(slots=True)
    class Quick(Memory):
        def send(self, messages: Sequence[Told]) -> list[Result]:
            arrived.set()
            return [Result()] * len(messages)

    incident_with(store, 1, "hanging", "quick")
    both = [Hanging("hanging"), Quick("quick")]
    assert relay(store, both, lambda: NOW, np.random.default_rng(1)).sent == 2


def test_what_takes_too_long_is_given_back_untried(store: Store) -> None:
    storm(store, 40)
    times = iter(range(NOW, NOW + DAY, 20 * SECOND))
    report = relay(store, [Memory()], lambda: next(times), np.random.default_rng(1), 10_000)
    assert report.sent == 40  # over several claims, none held longer than its lease
    with store.reading() as connection:
        assert backlog.counts(connection)["memory"].sent == 40
