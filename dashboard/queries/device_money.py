"""What idle devices cost, where the price of their host is known."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from dashboard.queries.devices import IDLE_BELOW, Use
from reinfra.gaps.catalogue import default_catalogue
from reinfra.gaps.live_fleet import types_of
from reinfra.gaps.prices import Prices
from reinfra.model import HOUR
from reinfra.store import Store, inventory


@dataclass(frozen=True, slots=True)
class Money:
    """`usd` of on-demand list price for the idle time of `priced` of `hosts` hosts; NaN where none has a price.

    `why` says what is left out, "" for nothing.
    """

    usd: float
    priced: int
    hosts: int
    why: str


def types(store: Store) -> dict[str, str]:
    """The instance type of each host that said it."""
    with store.reading() as connection:
        return types_of(inventory.current(connection))


def idle_cost(found: Use, kinds: Mapping[str, str], prices: Prices | None = None) -> Money:
    """A host's price, spread evenly over its devices' known time, times the share of that time idle."""
    known_prices = default_catalogue().prices if prices is None else prices
    hosts = sorted({host for host, _ in found.devices})
    total, priced = 0.0, 0
    for host in hosts:
        price = known_prices.get(kinds.get(host, ""))
        rows = np.array([name == host for name, _ in found.devices])
        busy = found.busy[rows]
        if price is None or not np.isfinite(busy).any():
            continue
        idle = (busy < IDLE_BELOW).sum(axis=0) / np.maximum(np.isfinite(busy).sum(axis=0), 1)
        total += price.usd_per_hour * float(idle.sum()) * found.step / HOUR
        priced += 1
    missing = len(hosts) - priced
    why = f"{missing} of {len(hosts)} hosts: no instance type, price or busy share known"
    return Money(total if priced else math.nan, priced, len(hosts), why if missing else "")
