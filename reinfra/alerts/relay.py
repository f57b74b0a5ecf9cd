"""From the outbox to the channels: claim a few, send them, say what became of each."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np

from reinfra.alerts.backoff import Backoff
from reinfra.alerts.channels.base import Channel
from reinfra.alerts.lane import LEASE, Lane, RelayReport
from reinfra.model import Clock
from reinfra.store import Store, outbox

__all__ = ["LEASE", "RelayReport", "relay"]


def never() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Pass:
    """What all channels of one pass share. `caps` are messages an hour by channel's name; 0: no limit.

    `stop` is asked between two batches.
    """

    store: Store
    clock: Clock
    rng: np.random.Generator
    backoff: Backoff = field(default_factory=Backoff)
    caps: Mapping[str, int] = field(default_factory=dict)
    stop: Callable[[], bool] = never

    def run(self, channels: Sequence[Channel], limit: int) -> RelayReport:
        """Channels do not wait for each other: one that hangs delays no other."""
        self._repair()
        lanes = [
            self._lane(channel, rng)
            for channel, rng in zip(channels, self.rng.spawn(len(channels)), strict=True)
        ]
        if len(lanes) == 1:
            return lanes[0].drain(limit)
        with ThreadPoolExecutor(max(len(lanes), 1), "relay") as pool:
            reports = list(pool.map(lambda lane: lane.drain(limit), lanes))
        return RelayReport.of(reports)

    def _lane(self, channel: Channel, rng: np.random.Generator) -> Lane:
        cap = self.caps.get(channel.name, 0)
        return Lane(self.store, channel, self.clock, rng, self.backoff, cap, self.stop)

    def _repair(self) -> None:
        """A clock that was set back must not make messages wait until it is there again."""
        now = self.clock()
        with self.store.reading() as connection:
            ahead = outbox.is_ahead(connection, now)
        if ahead:
            with self.store.writing() as connection:
                outbox.rebase(connection, now)


def relay(
    store: Store,
    channels: Sequence[Channel],
    clock: Clock,
    rng: np.random.Generator,
    limit: int = 1_000,
    *,
    backoff: Backoff | None = None,
    caps: Mapping[str, int] | None = None,
) -> RelayReport:
    """One pass: send what is due, up to `limit` messages per channel. Any number of relays may run at once.

    Sending happens outside of any transaction. A kill at any point loses nothing; at worst a batch is
    sent once more after the lease, with the same keys. A channel that fails as a whole rests, longer each time.
    """
    chosen = Pass(store, clock, rng, backoff or Backoff(), caps or {})
    return chosen.run(channels, limit)
