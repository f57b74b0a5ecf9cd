"""Who hears of what: routes, inhibitions, maintenance, with Alertmanager's words."""

from collections.abc import Collection, Iterator, Sequence
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from reinfra.config.durations import milliseconds
from reinfra.config.intervals import TimeInterval
from reinfra.config.matchers import Matcher, parse_all
from reinfra.errors import InputError

_MOST_ROUTES = 1_000


def _listed(given: object) -> object:
    return (given,) if isinstance(given, str) else given


def _readable(texts: tuple[str, ...]) -> tuple[str, ...]:
    try:
        parse_all(texts)
    except InputError as error:
        raise ValueError(str(error)) from error
    return texts


Matchers = Annotated[tuple[str, ...], BeforeValidator(_listed), AfterValidator(_readable)]
Listed = Annotated[tuple[str, ...], BeforeValidator(_listed)]
Duration = Annotated[int, BeforeValidator(milliseconds)]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class RouteSettings(_Table):
    """One node of the tree: `[[route]]`, with `[[route.routes]]` below it.

    An incident goes to the first route that matches, further ones only where it has `continue`. What a
    route does not say it has from the one above it. What no route takes goes to `alerts.channels`, at once.
    """

    receiver: str = Field("", description="Who is told.")
    receivers: Listed = Field((), description="Several of them; Alertmanager has one.")
    matchers: Matchers = Field(
        (), description='Labels of the incident, as team="search" or host.name=~"gpu-.*".'
    )
    group_by: Listed | None = Field(
        None,
        description='Labels; incidents that are alike in them are told together. "..." is each by itself.',
    )
    group_wait: Duration | None = Field(
        None, description="Time before the first message of a group; 30s at the top."
    )
    group_interval: Duration | None = Field(
        None, description="Time between two messages of a group; 5m at the top."
    )
    repeat_interval: Duration | None = Field(
        None,
        description="Time after which what is still open and not acknowledged is told again; 4h at the top, "
        "0 for never.",
    )
    continue_: bool = Field(
        default=False, alias="continue", description="Whether routes after this one are asked too."
    )
    mute_time_intervals: Listed = Field(
        (),
        description="Names of times in which nothing is told; it is told after them if still open.",
    )
    active_time_intervals: Listed = Field((), description="Names of the only times it is told in.")
    runbook: str = Field("", max_length=500, description="Where to read what to do.")
    routes: tuple["RouteSettings", ...] = Field((), description="Routes below this one.")

    @property
    def parsed(self) -> tuple[Matcher, ...]:
        return parse_all(self.matchers)

    @property
    def named(self) -> tuple[str, ...]:
        """The receivers, each once; none has those of the route above."""
        own = (self.receiver, *self.receivers) if self.receiver else self.receivers
        return tuple(dict.fromkeys(own))


class InhibitSettings(_Table):
    """While an incident that the source matchers match is unresolved, those of the target are not told."""

    source_matchers: Matchers = Field(min_length=1, description="What inhibits.")
    target_matchers: Matchers = Field(min_length=1, description="What is not told.")
    equal: Listed = Field((), description="Labels that must be alike in both; absent is empty.")


class MaintenanceSettings(_Table):
    """Times that come again, in which matching incidents are not told."""

    name: str = Field(min_length=1, max_length=100, description="What the window is called.")
    matchers: Matchers = Field(min_length=1, description="Labels of the incidents.")
    time_intervals: Listed = Field(min_length=1, description="Names of `[[time_interval]]`.")
    comment: str = Field("", max_length=500, description="What is being done then.")


def check_names(
    routes: Sequence[RouteSettings],
    maintenance: Sequence[MaintenanceSettings],
    intervals: Sequence[TimeInterval],
    receivers: Collection[str],
) -> None:
    """Raises ValueError for a receiver or an interval that nobody defines, or one that is defined twice."""
    names = [one.name for one in intervals]
    for kind, there in (("time intervals", names), ("windows", [one.name for one in maintenance])):
        twice = next((name for name in there if there.count(name) > 1), None)
        if twice:
            raise ValueError(f"two {kind} are called {twice!r}")
    everything = list(_walk(routes))
    if len(everything) > _MOST_ROUTES:
        raise ValueError(f"{len(everything)} routes; at most {_MOST_ROUTES} are read")
    for path, route in everything:
        for name in route.named:
            _known(name, receivers, path, "receiver", "[[receiver]]")
        for name in (*route.mute_time_intervals, *route.active_time_intervals):
            _known(name, names, path, "time interval", "[[time_interval]]")
    for window in maintenance:
        for name in window.time_intervals:
            _known(name, names, window.name, "time interval", "[[time_interval]]")


def _known(name: str, known: Collection[str], path: str, what: str, table: str) -> None:
    if name not in known:
        raise ValueError(f"{path} names the {what} {name[:60]!r}, and no {table} is called so")


def _walk(
    routes: Sequence[RouteSettings], above: str = "route"
) -> Iterator[tuple[str, RouteSettings]]:
    for number, route in enumerate(routes, 1):
        path = f"{above} {number}" if above == "route" else f"{above}.{number}"
        yield path, route
        yield from _walk(route.routes, path)
