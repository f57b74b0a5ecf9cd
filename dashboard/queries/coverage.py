"""What is watched, what is not, and what every host runs."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dashboard.queries.window import Window
from reinfra.compat import Compatibility, check
from reinfra.config import load_settings
from reinfra.coverage.drops import RATIO
from reinfra.coverage.ledger import Ledger
from reinfra.coverage.look import look
from reinfra.coverage.rules import NeverFires, never_fire, rules
from reinfra.coverage.watchers import Watcher
from reinfra.model import DAY
from reinfra.store import Rule, SampleStore, Selector, Store, Stored, coverage, inventory
from reinfra.store.coverage import Refused
from reinfra.store.inventory import Changed, StoredFact

CHANGES_BACK = 30 * DAY
_MOST_CHANGES = 200


@dataclass(frozen=True, slots=True, eq=False)
class Covered:
    """`rules` are those that can never fire."""

    ledger: Ledger
    watching: dict[str, Watcher]
    rules: tuple[NeverFires, ...]
    refused: tuple[Refused, ...]


@dataclass(frozen=True, slots=True)
class Installed:
    """What every subject is, what changed lately, and what of it does not go together."""

    facts: tuple[StoredFact, ...]
    changes: tuple[Changed, ...]
    versions: tuple[Compatibility, ...]


def covered(store: Store, samples: SampleStore, fleet: Sequence[Stored], now: int) -> Covered:
    settings = load_settings()
    found = look(store, settings, fleet, now, samples)
    with store.reading() as connection:
        refused = tuple(coverage.refusals(connection))
    never = tuple(never_fire(rules(settings), found.ledger))
    return Covered(found.ledger, found.watching, never, refused)


def installed(store: Store, now: int) -> Installed:
    with store.reading() as connection:
        facts = inventory.current(connection)
        changes = inventory.changes(connection, now - CHANGES_BACK, now + 1, _MOST_CHANGES)
    return Installed(tuple(facts), tuple(changes), tuple(check(one.fact for one in facts)))


def history(store: Store, window: Window, buckets: int) -> list[float]:
    """The mean coverage of all places in each part of the window that it was written in."""
    series = store.series(Selector(RATIO))
    step = max((window.until - window.since) // buckets, 1)
    block = store.read(series, window.since, window.until, step, Rule.MEAN)
    known = block.values[:, np.isfinite(block.values).any(axis=0)]
    mean: list[float] = np.nanmean(known, axis=0).tolist() if known.size else []
    return mean
