"""A relay that kills itself with SIGKILL: python -m tests.alerts.crashing URL DELIVERED SEED KILLS.

Each round is a process of its own. It relays until its channel, at a drawn point, kills it: before
a batch is delivered, or after, when the outbox does not know yet. The last round is left alone.
"""

import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import numpy as np

from reinfra.alerts.channels import Result
from reinfra.alerts.message import Told
from reinfra.alerts.relay import LEASE, relay
from reinfra.store import open_store

START = 1_700_000_000_000


@dataclass(frozen=True, slots=True)
class Killing:
    """Appends each notice's key to a file; `rng` None never kills."""

    delivered: Path
    rng: np.random.Generator | None
    name: str = "file"
    batch_size: int = 10

    def send(self, messages: Sequence[Told]) -> list[Result]:
        self._maybe_die()
        with self.delivered.open("a") as handle:
            handle.writelines(f"{message.dedup_key}\n" for message in messages)
        self._maybe_die()
        return [Result()] * len(messages)

    def _maybe_die(self) -> None:
        if self.rng is not None and self.rng.random() < 0.4:
            os.kill(os.getpid(), signal.SIGKILL)


def main(url: str, delivered: str, seed: int, kills: int) -> int:
    """How many rounds were killed."""
    open_store(url).engine.dispose()  # import and prepare everything once, for all rounds
    killed = 0
    for round_ in range(1_000):
        rng = np.random.default_rng([seed, round_]) if killed < kills else None
        child = os.fork()
        if child == 0:
            _relay(url, Killing(Path(delivered), rng), round_)
        _, status = os.waitpid(child, 0)
        killed += os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        if rng is None:
            return killed
    return killed


def _relay(url: str, channel: Killing, round_: int) -> NoReturn:
    now = START + (round_ + 1) * LEASE  # the leases of the round before are over
    relay(open_store(url), [channel], lambda: now, np.random.default_rng(1))
    os._exit(0)


if __name__ == "__main__":
    sys.stdout.write(str(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))))
