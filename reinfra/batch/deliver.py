"""Sending what waits in the outbox, through the receivers that the settings describe."""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from reinfra.alerts.backoff import Backoff
from reinfra.alerts.channels import Channel, open_channel
from reinfra.alerts.message import Context, Price
from reinfra.alerts.relay import Pass, RelayReport, never
from reinfra.batch.deciding import tick
from reinfra.config import Settings
from reinfra.config.named import receivers
from reinfra.errors import InputError, ReinfraError
from reinfra.model import Clock
from reinfra.store import Store, backlog

POLL_S = 0.5
"""How often a watching relay looks: what a message waits at most before it is sent."""

_LIMIT = 10_000  # messages of one channel in one pass


class Delivery:
    """The receivers, opened once and kept for many passes. What cannot be opened is tried again by each."""

    def __init__(self, store: Store, settings: Settings, clock: Clock) -> None:
        self._settings, self._store, self._clock = settings, store, clock
        self._context = context(settings)
        self._opened: dict[str, Channel] = {}
        self._rng = np.random.default_rng()  # spreads retries; nothing that is stored depends on it

    def once(self, stop: Callable[[], bool] = never) -> RelayReport:
        """What has become due is decided and written, what is due is sent.

        A receiver that cannot be opened is an error of the report; its messages wait.
        """
        tick(self._store, self._settings, self._clock())
        known = receivers(self._settings)
        wrong = self._open()
        caps = {name: one.cap for name, one in known.items()}
        backoff = Backoff(attempts=self._settings.alerts.max_attempts)
        chosen = Pass(self._store, self._clock, self._rng, backoff, caps, stop)
        report = chosen.run(list(self._opened.values()), _LIMIT)
        report.errors.extend(f"{name}: {why}" for name, why in wrong.items())
        return report

    def watch(self, stop: threading.Event, said: Callable[[RelayReport], None]) -> None:
        """Pass after pass until `stop` is set; `said` hears of those that did something."""
        complaints: list[str] = []
        while not stop.is_set():
            report = self.once(stop.is_set)
            if report.sent or report.retried or report.dead or report.errors != complaints:
                said(report)
            complaints = report.errors
            stop.wait(POLL_S)

    def _open(self) -> dict[str, str]:
        missing = [name for name in receivers(self._settings) if name not in self._opened]
        opened, wrong = channels(self._settings, missing, self._context)
        self._opened |= {channel.name: channel for channel in opened}
        return wrong


def channels(
    settings: Settings, names: Sequence[str] | None = None, given: Context | None = None
) -> tuple[list[Channel], dict[str, str]]:
    """The receivers (all, or those named) that can be opened, and by name what is wrong with the others."""
    known = receivers(settings)
    chosen = given or context(settings)
    opened: list[Channel] = []
    wrong: dict[str, str] = {}
    for name in known if names is None else names:
        try:
            if name not in known:
                raise InputError(
                    "no such receiver", todo=f"There are {', '.join(known) or 'none'}."
                )
            opened.append(open_channel(known[name], chosen))
        except ReinfraError as error:
            wrong[name] = str(error)
    return opened, wrong


def context(settings: Settings) -> Context:
    """Where messages link to, and what hosts cost. Raises InputError for a table of prices that is none."""
    from reinfra.gaps import read_prices
    from reinfra.gaps.catalogue import default_catalogue

    own = read_prices(Path(settings.alerts.prices)) if settings.alerts.prices else {}
    prices = {
        name: Price(one.price.usd_per_hour, f"list price, {one.price.region}, {one.price.on}")
        for name, one in default_catalogue().instances.items()
        if one.price
    }
    prices |= {name: Price(one.usd_per_hour, one.source) for name, one in own.items()}
    return Context(settings.dashboard.url, settings.alerts.runbooks, prices)


def deliver(store: Store, settings: Settings, clock: Clock) -> RelayReport:
    """One pass over the outbox."""
    return Delivery(store, settings, clock).once()


def orphans(store: Store, settings: Settings) -> dict[str, int]:
    """Messages that wait for receivers which the settings no longer have, by name."""
    known = receivers(settings)
    with store.reading() as connection:
        waiting = backlog.counts(connection)
    return {name: one.pending for name, one in waiting.items() if one.pending and name not in known}
