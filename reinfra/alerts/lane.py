"""One channel's way out of the outbox."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from sqlalchemy import Connection

from reinfra.alerts.backoff import Backoff
from reinfra.alerts.channels.base import Channel, ChannelError, Result
from reinfra.alerts.message import Told
from reinfra.model import MINUTE, Clock
from reinfra.store import Store, digests, outbox, receivers
from reinfra.store.digests import Digest
from reinfra.store.outbox import Message
from reinfra.store.receivers import Standing

LEASE = 2 * MINUTE
"""How long a claimed message is hidden from other relays; no claim takes that long to send."""

DIGEST_EVERY = 10 * MINUTE
_MOST_CLAIMED = 100  # messages: what a kill repeats, and what one transaction settles
_ENOUGH = LEASE // 4  # what is not tried by then is given back


@dataclass(slots=True)
class RelayReport:
    """What one pass did. `errors` holds each different complaint once, after its channel's name.

    `digested` of the messages that were `sent` went in `digests` digests.
    """

    sent: int = 0
    retried: int = 0
    dead: int = 0
    errors: list[str] = field(default_factory=list)
    digests: int = 0
    digested: int = 0

    @classmethod
    def of(cls, parts: Iterable["RelayReport"]) -> "RelayReport":
        """The sum of several."""
        total = cls()
        for one in parts:
            total.sent += one.sent
            total.retried += one.retried
            total.dead += one.dead
            total.digests += one.digests
            total.digested += one.digested
            total.errors += [error for error in one.errors if error not in total.errors]
        return total

    def complain(self, channel: str, error: str) -> None:
        complaint = f"{channel}: {error}"
        if complaint not in self.errors:
            self.errors.append(complaint)


@dataclass(frozen=True, slots=True)
class _Claim:
    """Messages to be told one by one, or a digest of many."""

    messages: list[Message] = field(default_factory=list)
    digest: Digest | None = None

    def __bool__(self) -> bool:
        return bool(self.messages or self.digest)


@dataclass(slots=True)
class Lane:
    """Drains one channel. With a `cap`, what is more than so many messages an hour is told in digests."""

    store: Store
    channel: Channel
    clock: Clock
    rng: np.random.Generator
    backoff: Backoff
    cap: int
    stop: Callable[[], bool]
    report: RelayReport = field(default_factory=RelayReport)

    def drain(self, limit: int) -> RelayReport:
        """Send what is due, up to `limit` messages. A claim grows as long as there is more."""
        size = self.channel.batch_size
        while limit > 0 and not self.stop() and self._has_something():
            claim = self._claim(min(limit, size))
            if not claim:
                break
            limit -= len(claim.messages) or 1
            if not (self._tell(claim.digest) if claim.digest else self._send(claim.messages)):
                break
            size = min(2 * size, max(_MOST_CLAIMED, self.channel.batch_size))
        return self.report

    def _has_something(self) -> bool:
        """Asked without the write lock, which others want more."""
        now = self.clock()
        with self.store.reading() as connection:
            if not outbox.is_due(connection, self.channel.name, now):
                return False
            stands = receivers.standing(connection, self.channel.name, now, self.cap)
            if stands.resting(now):
                return False
            waits = self.cap and not self._may(stands, now) and not self._digest_is_due(stands, now)
            return not waits or digests.due(connection, self.channel.name, now) is not None

    def _may(self, stands: Standing, now: int) -> int:
        return int(stands.allowed(now, self.cap))

    def _digest_is_due(self, stands: Standing, now: int) -> bool:
        return not now - DIGEST_EVERY < stands.digest_at <= now

    def _claim(self, size: int) -> _Claim:
        name, now = self.channel.name, self.clock()
        with self.store.writing() as connection:
            stands = receivers.lock(connection, name, now, self.cap) if self.cap else None
            waiting = digests.due(connection, name, now)
            if waiting is not None:
                return self._taken(connection, waiting, now)
            if stands is None:
                return _Claim(outbox.claim(connection, name, now=now, lease=LEASE, limit=size))
            if may := self._may(stands, now):
                size = min(size, may)
                found = outbox.claim(connection, name, now=now, lease=LEASE, limit=size)
                receivers.spend(connection, stands, len(found), now, self.cap)
                return _Claim(found)
            made = digests.form(connection, name, now) if self._digest_is_due(stands, now) else None
            if made is None:
                return _Claim()
            receivers.digested(connection, name, now)
            return self._taken(connection, made, now)

    def _taken(self, connection: Connection, digest_id: int, now: int) -> _Claim:
        return _Claim(digest=digests.take(connection, digest_id, now=now, lease=LEASE))

    def _send(self, claimed: Sequence[Message]) -> bool:
        """Whether to go on: the channel has taken something."""
        tried: list[tuple[Message, Result]] = []
        begun, batch = self.clock(), self.channel.batch_size
        for start in range(0, len(claimed), batch):
            part = claimed[start : start + batch]
            results, works = self._results([message.notice for message in part])
            tried += zip(part, results, strict=True)
            if not works or self.clock() - begun > _ENOUGH:
                break
        self._settle(tried, claimed[len(tried) :], works=works)
        return works

    def _results(self, messages: Sequence[Told]) -> tuple[list[Result], bool]:
        """What became of each, and whether the channel works: not where it fails as a whole, or takes nothing."""
        try:
            results = self.channel.send(messages)
        except ChannelError as error:
            failed = Result(str(error), error.permanent, wait=error.wait)
            return [failed] * len(messages), False
        return results, any(result.delivered or result.permanent for result in results)

    def _settle(
        self, tried: list[tuple[Message, Result]], untried: Sequence[Message], *, works: bool
    ) -> None:
        now = self.clock()
        arrived = [message.id for message, result in tried if result.delivered]
        with self.store.writing() as connection:
            outbox.mark_sent(connection, arrived, now)
            for message, result in tried:
                if not result.delivered:
                    retry_at = self._retry_at(result, message.attempts, now)
                    outbox.mark_failed(connection, message.id, result.error, retry_at)
                    self._count(result, retry_at, 1)
            if untried:
                outbox.release(connection, [message.id for message in untried], now)
            if lost := (len(tried) + len(untried) - len(arrived)) * bool(self.cap):
                receivers.refund(connection, self.channel.name, lost)
            wait = max(result.wait for _, result in tried)
            self._stand(connection, now, wait, works=works or bool(arrived))
        self.report.sent += len(arrived)

    def _tell(self, digest: Digest) -> bool:
        (result,), works = self._results([digest])
        now = self.clock()
        with self.store.writing() as connection:
            if result.delivered:
                told = digests.mark_sent(connection, digest.id, now)
                self.report.sent += told
                self.report.digested += told
                self.report.digests += 1
            else:
                retry_at = self._retry_at(result, digest.attempts, now)
                digests.mark_failed(connection, digest.id, result.error, retry_at)
                self._count(result, retry_at, digest.messages)
            self._stand(connection, now, result.wait, works=works)
        return works

    def _stand(self, connection: Connection, now: int, wait: int, *, works: bool) -> None:
        """A channel that takes nothing rests; one that takes something again does not."""
        name = self.channel.name
        if works:
            receivers.recovered(connection, name)
            return
        failures = receivers.standing(connection, name, now, self.cap).failures + 1
        until = self.backoff.rest_until(now, failures, wait, self.rng)
        receivers.rest(connection, name, until, now)

    def _retry_at(self, result: Result, attempts: int, now: int) -> int | None:
        if result.permanent:
            return None
        retry_at = self.backoff.retry_at(now, attempts + 1, self.rng)
        return None if retry_at is None else max(retry_at, now + result.wait)

    def _count(self, result: Result, retry_at: int | None, messages: int) -> None:
        self.report.dead += messages * (retry_at is None)
        self.report.retried += messages * (retry_at is not None)
        self.report.complain(self.channel.name, result.error)
