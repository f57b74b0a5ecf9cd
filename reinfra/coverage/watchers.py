"""Sources as they are now: whether each answers, since when, and in its own words why not."""

from collections.abc import Iterable
from dataclasses import dataclass

from reinfra.config import Settings
from reinfra.model import DAY, MINUTE, SECOND
from reinfra.signals.wording import clock_time, duration
from reinfra.store.coverage import SourceHealth, SourceStatus

REMOVED = 14 * DAY
"""What was not heard of for so long is taken to be gone on purpose."""

_LEAST = 5 * MINUTE
QUIET = 15 * MINUTE
"""After so long without a delivery, or three of its intervals, what others push to is dead."""
_PUSHED = ("otlp",)


@dataclass(frozen=True, slots=True)
class Watcher:
    """A source that answers, or `reason` says why not; so since `since`, None where it was never asked.

    `interval` is in ms, None where others push. One that is `young` may not have given everything yet.
    """

    source: str
    collector: str
    since: int | None
    interval: int | None = None
    reason: str = ""
    young: bool = False

    @property
    def answers(self) -> bool:
        return not self.reason


def watchers(statuses: Iterable[SourceStatus], settings: Settings, now: int) -> dict[str, Watcher]:
    """Every source that is described in the settings or was asked lately, by name."""
    described = {one.name: one for one in settings.source}
    found = {}
    for status in statuses:
        name = status.source
        if status.seen < now - REMOVED and name not in described:
            continue
        given = described.get(name)
        collector = given.collector if given else name
        own = given.interval if given else None
        interval = None if collector in _PUSHED else _interval(own or settings.collect.interval)
        quiet = max(3 * _interval(own), _LEAST) if own else QUIET
        found[name] = _watcher(status, collector, interval, now, quiet)
    for name, one in described.items():
        if name not in found:
            found[name] = Watcher(name, one.collector, None, reason="it was never collected")
    return found


def _interval(seconds: float) -> int:
    return round(seconds * SECOND)


def _watcher(
    status: SourceStatus, collector: str, interval: int | None, now: int, quiet: int
) -> Watcher:
    """`quiet` is how long nothing may be delivered by those who push."""
    name = status.source
    if status.health is SourceHealth.FAILING:
        reason = status.error or "it failed and did not say why"
        return Watcher(name, collector, status.since, interval, reason)
    age = now - status.seen
    if interval is not None and age > max(3 * interval, _LEAST):
        since = f"since {clock_time(status.seen)}, {duration(age)} ago"
        reason = f"nobody asked it {since}: is `reinfra collect` running?"
        return Watcher(name, collector, status.seen, interval, reason)
    if interval is None and age > quiet:
        since = f"since {clock_time(status.seen)}, {duration(age)} ago"
        reason = f"nothing was delivered {since}: do its senders and `reinfra collect` run?"
        return Watcher(name, collector, status.seen, interval, reason)
    return Watcher(name, collector, status.since, interval, young=status.since > now - _LEAST)
