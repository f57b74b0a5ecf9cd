"""Relays that are killed with SIGKILL: python -m benchmarks.alerts.victim URL ENDPOINT KILLS MOST SEED TOPIC...

Each round is a process of its own with all topics as receivers, named by their ARNs' last part. It is killed up
to 20 ms after a drawn number of batches (MOST at most) has begun: in a request, in the transaction after it,
or in the next claim. Prints how many rounds were killed; the last one is left alone until nothing waits.
"""

import os
import signal
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NoReturn

import numpy as np

from benchmarks.alerts.fill import START
from reinfra.alerts.channels.base import Result
from reinfra.alerts.channels.sns import Sns, open_sns
from reinfra.alerts.lane import LEASE
from reinfra.alerts.message import Context, Told
from reinfra.alerts.relay import relay
from reinfra.config.receivers import SnsReceiver
from reinfra.store import open_store

_LATEST_S = 0.02


@dataclass(slots=True)
class Fuse:
    """Kills this process a little after `batches` batches; without `rng` never."""

    rng: np.random.Generator | None
    most: int
    batches: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        if self.rng is not None:
            self.batches = int(self.rng.integers(1, self.most + 1))

    def burn(self) -> None:
        with self.lock:
            self.batches -= 1
            if self.rng is not None and self.batches == 0:
                later = threading.Timer(self.rng.uniform(0, _LATEST_S), _die)
                later.daemon = True
                later.start()


@dataclass(frozen=True, slots=True)
class Doomed:
    """A topic whose every batch burns the fuse."""

    topic: Sns
    fuse: Fuse
    batch_size: int = 10

    @property
    def name(self) -> str:
        return self.topic.name

    def send(self, messages: Sequence[Told]) -> list[Result]:
        self.fuse.burn()
        return self.topic.send(messages)


def main(url: str, endpoint: str, plan: tuple[int, int, int], arns: Sequence[str]) -> int:
    """How many rounds were killed."""
    kills, most, seed = plan
    open_store(url).engine.dispose()  # import and prepare everything once, for all rounds
    topics = [_topic(arn, endpoint) for arn in arns]
    killed = 0
    for round_ in range(100 * (kills + 1)):
        rng = np.random.default_rng([seed, round_]) if killed < kills else None
        child = os.fork()
        if child == 0:
            _relay(url, topics, Fuse(rng, most), round_)
        _, status = os.waitpid(child, 0)
        killed += os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        if not os.WIFSIGNALED(status):
            return killed
    return killed


def _topic(arn: str, endpoint: str) -> Sns:
    name = arn.rpartition(":")[2]
    settings = SnsReceiver(name=name, topic_arn=arn, endpoint_url=endpoint, format="json")
    return open_sns(settings, Context())


def _relay(url: str, topics: Sequence[Sns], fuse: Fuse, round_: int) -> NoReturn:
    now = START + (round_ + 1) * LEASE  # the leases of the round before are over
    channels = [Doomed(topic, fuse) for topic in topics]
    report = relay(open_store(url), channels, lambda: now, np.random.default_rng(1), 10**9)
    os._exit(bool(report.errors))


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    given = sys.argv[1:]
    kills_, most_, seed_ = map(int, given[2:5])
    sys.stdout.write(str(main(given[0], given[1], (kills_, most_, seed_), given[5:])))
