"""What the loops and the batch did, and which settings were tried."""

from dataclasses import dataclass

from reinfra.alerts.deadman import Pulse, look
from reinfra.config import load_settings
from reinfra.model import ExitCode
from reinfra.store import Store, backtests, heartbeats, runs
from reinfra.store.backtests import StoredBacktest
from reinfra.store.heartbeats import Beat
from reinfra.store.runs import Run

MOST = 200


@dataclass(frozen=True, slots=True)
class Done:
    """`runs` and `backtests` are newest first; `pulses` say how each loop stands, `beats` on which hosts."""

    runs: tuple[Run, ...]
    pulses: tuple[Pulse, ...]
    beats: tuple[Beat, ...]
    backtests: tuple[StoredBacktest, ...]


def done(store: Store, now: int) -> Done:
    with store.reading() as connection:
        return Done(
            tuple(runs.latest(connection, MOST)),
            tuple(look(store, load_settings().deadman, now)),
            tuple(heartbeats.listing(connection)),
            tuple(backtests.listing(connection)),
        )


def outcome(run: Run) -> str:
    """running, died, or how it ended: ok, partial, stale, locked, failed."""
    if run.state != "ended" or run.exit_code is None:
        return run.state
    try:
        return ExitCode(run.exit_code).name.lower()
    except ValueError:
        return f"exit {run.exit_code}"


def said(done: Done) -> str:
    """One line: how many of the runs shown came to what."""
    counts: dict[str, int] = {}
    for run in done.runs:
        word = outcome(run)
        counts[word] = counts.get(word, 0) + 1
    return ", ".join(f"{many} {word}" for word, many in counts.items())
