"""The routing tree, with what each node has from those above it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from reinfra.config.alerting import RouteSettings
from reinfra.config.matchers import Matcher, matches_all, written
from reinfra.model import HOUR, MINUTE, SECOND

T = TypeVar("T")

EACH = ("...",)
"""A group_by of all labels: every incident is told by itself."""


@dataclass(frozen=True, slots=True)
class Route:
    """A node. Times are in ms; a `repeat_interval` of 0 is never. `path` names it in what is decided."""

    path: str
    receivers: tuple[str, ...]
    matchers: tuple[Matcher, ...] = ()
    group_by: tuple[str, ...] = ()
    group_wait: int = 30 * SECOND
    group_interval: int = 5 * MINUTE
    repeat_interval: int = 4 * HOUR
    goes_on: bool = False
    mute_time_intervals: tuple[str, ...] = ()
    active_time_intervals: tuple[str, ...] = ()
    runbook: str = ""
    routes: tuple["Route", ...] = ()

    def match(self, labels: Mapping[str, str]) -> list["Route"]:
        """The nodes that take an incident: of each level the first that matches and those after a `continue`.

        Where no node below matches, this one takes it. Empty where this one does not match.
        """
        if not matches_all(self.matchers, labels):
            return []
        found: list[Route] = []
        for route in self.routes:
            deeper = route.match(labels)
            found += deeper
            if deeper and not route.goes_on:
                break
        return found or [self]

    def walk(self) -> Iterator["Route"]:
        """The node itself and all below it."""
        yield self
        for route in self.routes:
            yield from route.walk()

    def group_labels(self, labels: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        """What the incidents of a group have in common here; a label that is absent is empty."""
        if self.group_by == EACH:
            return (("incident", labels.get("incident", "")),)
        return tuple((name, labels.get(name, "")) for name in sorted(set(self.group_by)))

    def due(self, entered: int, base: int) -> int:
        """When what entered its group at that time is told: at its first flush, or at an interval after it."""
        if entered <= base:
            return base
        if not self.group_interval:
            return entered
        return base + -(-(entered - base) // self.group_interval) * self.group_interval


def tree(routes: Sequence[RouteSettings], channels: Sequence[str]) -> Route:
    """The root hears at once of what no route takes, by itself, once: `alerts.channels` as they always were.

    A route at the top has Alertmanager's defaults where it says nothing, and the root's receivers.
    """
    top = Route("", tuple(channels))
    return Route(
        path="alerts.channels",
        receivers=tuple(channels),
        group_by=EACH,
        group_wait=0,
        group_interval=0,
        repeat_interval=0,
        routes=tuple(_node(one, top, str(n)) for n, one in enumerate(routes, 1)),
    )


def _node(given: RouteSettings, above: Route, place: str) -> Route:
    matchers = given.parsed
    own = f"route {place} {written(matchers)}"
    node = Route(
        path=own,
        receivers=given.named or above.receivers,
        matchers=matchers,
        group_by=_or(given.group_by, above.group_by),
        group_wait=_or(given.group_wait, above.group_wait),
        group_interval=_or(given.group_interval, above.group_interval),
        repeat_interval=_or(given.repeat_interval, above.repeat_interval),
        goes_on=given.continue_,
        mute_time_intervals=given.mute_time_intervals,
        active_time_intervals=given.active_time_intervals,
        runbook=given.runbook or above.runbook,
    )
    below = tuple(_node(one, node, f"{place}.{n}") for n, one in enumerate(given.routes, 1))
    return replace(node, routes=below)


def _or(given: T | None, above: T) -> T:
    return above if given is None else given
