"""The relay: what is sent, what is tried again, and what is given up and seen."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reinfra.alerts.backoff import Backoff
from reinfra.alerts.channels import Channel, ChannelError, Result
from reinfra.alerts.message import Told
from reinfra.alerts.relay import LEASE, RelayReport, relay
from reinfra.alerts.why import lines, trail
from reinfra.model import HOUR, MINUTE, SECOND, InputError, Transition
from reinfra.store import Store, backlog, incidents, outbox
from reinfra.store.backlog import Revived
from reinfra.store.notice import Notice
from reinfra.store.outbox import Delivery
from tests.alerts.strange import T0, Memory, anomaly, key, save
from tests.store.test_outbox import incident_with

NOW = 1_700_000_000_000


def run(
    store: Store,
    *channels: Channel,
    at: int = NOW,
    limit: int = 1_000,
    backoff: Backoff | None = None,
) -> RelayReport:
    rng = np.random.default_rng(1)
    return relay(store, channels, lambda: at, rng, limit, backoff=backoff)


def numbers(channel: Memory) -> list[int]:
    return [notice.number for notice in channel.got if isinstance(notice, Notice)]


def test_everything_due_is_sent_once_and_in_order(any_store: Store) -> None:
    incident_with(any_store, 3, "memory")
    channel = Memory()
    assert run(any_store, channel) == RelayReport(sent=3)
    assert run(any_store, channel) == RelayReport()
    assert numbers(channel) == [1, 2, 3]


def test_a_pass_stops_at_its_limit(store: Store) -> None:
    for _ in range(25):
        incident_with(store, 1, "memory")
    assert run(store, Memory(), limit=12).sent == 12
    assert run(store, Memory()).sent == 13


def test_what_fails_is_tried_again_after_its_wait(any_store: Store) -> None:
    incident_with(any_store, 1, "memory")
    channel = Memory(failures=[Result("throttled")])
    report = run(any_store, channel)
    assert (report.retried, report.errors) == (1, ["memory: throttled"])
    assert run(any_store, channel, at=NOW + 2 * SECOND).sent == 0
    assert run(any_store, channel, at=NOW + 5 * SECOND).sent == 1


def test_a_channel_that_is_down_rests_before_it_is_tried_again(store: Store) -> None:
    for _ in range(30):
        incident_with(store, 1, "memory")
    channel = Memory(failures=[ChannelError("down")])
    assert run(store, channel) == RelayReport(retried=10, errors=["memory: down"])
    assert run(store, channel).sent == 0
    assert run(store, channel, at=NOW + 5 * SECOND).sent == 30


def test_one_broken_channel_does_not_stop_another(store: Store) -> None:
    incident_with(store, 1, "broken", "memory")
    report = run(store, Memory("broken", failures=[ChannelError("down")]), Memory())
    assert (report.sent, report.retried) == (1, 1)


def test_what_cannot_succeed_is_given_up_at_once_and_stays_visible(any_store: Store) -> None:
    incident_with(any_store, 1, "memory")
    channel = Memory(failures=[Result("no such topic", permanent=True)])
    assert run(any_store, channel) == RelayReport(0, 0, 1, ["memory: no such topic"])
    with any_store.writing() as connection:
        (dead,) = outbox.listing(connection, Delivery.DEAD)
        assert (dead.notice.number, dead.last_error) == (1, "no such topic")
        assert backlog.revive(connection, "memory", NOW) == Revived(1)
    assert run(any_store, channel).sent == 1


def test_an_open_that_was_given_up_never_follows_its_resolve(any_store: Store) -> None:
    incident_with(any_store, 2, "memory")
    channel = Memory(failures=[Result("no such topic", permanent=True)])
    assert run(any_store, channel).sent == 1
    with any_store.writing() as connection:
        assert backlog.revive(connection, None, NOW) == Revived(0, overtaken=1)
    assert run(any_store, channel).sent == 0
    assert numbers(channel) == [2]


def test_a_message_is_given_up_after_its_last_attempt(store: Store) -> None:
    incident_with(store, 1, "memory")
    channel = Memory(failures=[Result("down")] * 9)
    backoff = Backoff(attempts=3)
    reports = [run(store, channel, at=NOW + n * HOUR, backoff=backoff) for n in range(4)]
    assert [report.retried for report in reports] == [1, 1, 0, 0]
    assert [report.dead for report in reports] == [0, 0, 1, 0]


def test_an_endpoint_down_for_an_hour_loses_nothing(store: Store) -> None:
    incident_with(store, 2, "memory")
    channel = Memory(failures=[ChannelError("down")] * 1_000)
    for minute in range(60):
        assert run(store, channel, at=NOW + minute * MINUTE).dead == 0
    channel.failures.clear()
    run(store, channel, at=NOW + 80 * MINUTE)
    assert numbers(channel) == [1, 2]


def test_a_relay_that_dies_while_sending_leaves_the_message_for_the_next(any_store: Store) -> None:
    class Dying(Memory):
        def send(self, messages: Sequence[Told]) -> list[Result]:
            del messages
            raise KeyboardInterrupt

    incident_with(any_store, 2, "memory")
    with pytest.raises(KeyboardInterrupt):
        run(any_store, Dying())
    channel = Memory()
    assert run(any_store, channel, at=NOW + LEASE - 1).sent == 0
    assert run(any_store, channel, at=NOW + LEASE).sent == 2
    assert numbers(channel) == [1, 2]


@settings(max_examples=50, deadline=None)
@given(attempts=st.integers(1, 19), seed=st.integers(0, 2**32))
def test_waits_double_with_jitter_up_to_the_longest(attempts: int, seed: int) -> None:
    backoff = Backoff()
    retry_at = backoff.retry_at(0, attempts, np.random.default_rng(seed))
    assert retry_at is not None
    full = min(backoff.longest, backoff.first * 2 ** (attempts - 1))
    assert full // 2 <= retry_at <= full


def test_all_attempts_together_take_longer_than_an_hour() -> None:
    rng = np.random.default_rng(1)
    waits = [Backoff().retry_at(0, n, rng) for n in range(1, 20)]
    assert sum(wait or 0 for wait in waits) > 2 * HOUR
    assert Backoff().retry_at(0, 20, rng) is None


def test_the_trail_of_an_incident_tells_who_was_told_and_why(store: Store) -> None:
    from reinfra.alerts.regroup import regroup

    save(store, [anomaly(key("a"), 0, 5)])
    regroup(store, until=T0 + 6 * MINUTE, now=T0, channels=["memory", "dead", "waiting"])
    with store.writing() as connection:
        incidents.move(connection, 1, Transition.ACKNOWLEDGED, by="ann", now=T0, comment="on it")
    broken = Memory("dead", failures=[Result("no such topic", permanent=True)])
    run(store, Memory(), broken, at=T0)
    shown = "\n".join(lines(trail(store, 1)))
    for fact in (
        "INC-1 warning acknowledged: EC2 CPU utilization 98 % on a",
        "score 8 over threshold 4",
        "acknowledged by ann on it",
        "memory of INC-1:1 opened: sent 2023-11-14T22:13:20Z",
        "dead of INC-1:1 opened: given up after 1 tries (no such topic)",
        "waiting of INC-1:1 opened: waiting until 2023-11-14T22:13:20Z, not tried yet",
    ):
        assert fact in shown


def test_the_trail_says_when_nobody_was_told(store: Store) -> None:
    incident_with(store, 1)
    assert "nobody: no channel" in "\n".join(lines(trail(store, 1)))
    with pytest.raises(InputError, match="no incident INC-9"):
        trail(store, 9)
