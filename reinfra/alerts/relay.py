"""From the outbox to the channels: claim a few, send them, say what became of each."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from reinfra.alerts.backoff import Backoff
from reinfra.alerts.channels.base import Channel, ChannelError, Result
from reinfra.model import MINUTE, Clock
from reinfra.store import Store, outbox
from reinfra.store.outbox import Message

LEASE = 2 * MINUTE
"""How long a claimed message is hidden from other relays; no batch takes that long to send."""


@dataclass(slots=True)
class RelayReport:
    """What one pass did. `errors` holds each different complaint once, after its channel's name."""

    sent: int = 0
    retried: int = 0
    dead: int = 0
    errors: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Relay:
    store: Store
    clock: Clock
    rng: np.random.Generator
    backoff: Backoff
    report: RelayReport = field(default_factory=RelayReport)

    def drain(self, channel: Channel, limit: int) -> None:
        while limit > 0:
            claimed = self._claim(channel, min(limit, channel.batch_size))
            if not claimed:
                return
            limit -= len(claimed)
            notices = [message.notice for message in claimed]
            try:
                results = channel.send(notices)
            except ChannelError as error:
                failed = Result(str(error), permanent=error.permanent)
                self._settle(claimed, [failed] * len(claimed))
                return
            self._settle(claimed, results)

    def _claim(self, channel: Channel, size: int) -> list[Message]:
        with self.store.writing() as connection:
            return outbox.claim(connection, channel.name, now=self.clock(), lease=LEASE, limit=size)

    def _settle(self, claimed: list[Message], results: list[Result]) -> None:
        now = self.clock()
        pairs = list(zip(claimed, results, strict=True))
        arrived = [message.id for message, result in pairs if result.delivered]
        with self.store.writing() as connection:
            outbox.mark_sent(connection, arrived, now)
            for message, result in pairs:
                if not result.delivered:
                    retry_at = self._retry_at(message, result, now)
                    outbox.mark_failed(connection, message.id, result.error, retry_at)
                    self._count(message, result, retry_at)
        self.report.sent += len(arrived)

    def _retry_at(self, message: Message, result: Result, now: int) -> int | None:
        if result.permanent:
            return None
        return self.backoff.retry_at(now, message.attempts + 1, self.rng)

    def _count(self, message: Message, result: Result, retry_at: int | None) -> None:
        self.report.dead += retry_at is None
        self.report.retried += retry_at is not None
        complaint = f"{message.channel}: {result.error}"
        if complaint not in self.report.errors:
            self.report.errors.append(complaint)


def relay(
    store: Store,
    channels: Sequence[Channel],
    clock: Clock,
    rng: np.random.Generator,
    limit: int = 1_000,
    *,
    backoff: Backoff | None = None,
) -> RelayReport:
    """One pass: send what is due, up to `limit` messages per channel. Any number of relays may run at once.

    Sending happens outside of any transaction. A kill at any point loses nothing; at worst a batch is
    sent once more after the lease, with the same keys. A channel that fails as a whole rests until
    the next pass.
    """
    work = _Relay(store, clock, rng, backoff or Backoff())
    for channel in channels:
        work.drain(channel, limit)
    return work.report
