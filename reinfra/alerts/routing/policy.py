"""All that the settings say of who hears of what."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from reinfra.alerts.routing.routes import Route, tree
from reinfra.config.alerting import InhibitSettings, MaintenanceSettings
from reinfra.config.intervals import TimeInterval
from reinfra.config.matchers import Matcher, matches_all, parse_all, written
from reinfra.config.settings import Settings


@dataclass(frozen=True, slots=True)
class Inhibition:
    """While something unresolved matches `source`, what matches `target` is not told, if `equal` are alike."""

    source: tuple[Matcher, ...]
    target: tuple[Matcher, ...]
    equal: tuple[str, ...] = ()

    def holds(self, source: Mapping[str, str], target: Mapping[str, str]) -> bool:
        """What matches both sides is not inhibited by what does so too, itself among it. Absent is empty."""
        if not matches_all(self.target, target) or not matches_all(self.source, source):
            return False
        alike = all(source.get(name, "") == target.get(name, "") for name in self.equal)
        both = matches_all(self.source, target) and matches_all(self.target, source)
        return alike and not both

    def __str__(self) -> str:
        return f"{written(self.source)} over {written(self.target)}"


@dataclass(frozen=True, slots=True)
class Window:
    """Maintenance that comes again."""

    name: str
    matchers: tuple[Matcher, ...]
    times: tuple[TimeInterval, ...]

    def mutes(self, labels: Mapping[str, str], at: int) -> bool:
        return matches_all(self.matchers, labels) and any(one.contains(at) for one in self.times)


@dataclass(frozen=True, slots=True)
class Policy:
    """`deaf` are receivers that do not want to hear that something is over."""

    root: Route
    inhibitions: tuple[Inhibition, ...] = ()
    intervals: Mapping[str, TimeInterval] = field(default_factory=dict)
    windows: tuple[Window, ...] = ()
    deaf: frozenset[str] = frozenset()

    @classmethod
    def of(cls, settings: Settings) -> "Policy":
        alerts = settings.alerts
        named = (*alerts.channels, *(["sns"] if alerts.sns_topic_arn else []))
        if not settings.route:  # nobody said who hears of what: everybody does
            named = (*named, *(one.name for one in settings.receiver))
        intervals = {one.name: one for one in settings.time_interval}
        return cls(
            root=tree(settings.route, tuple(dict.fromkeys(named))),
            inhibitions=_inhibitions(settings.inhibit),
            intervals=intervals,
            windows=_windows(settings.maintenance, intervals),
            deaf=frozenset(one.name for one in settings.receiver if not one.send_resolved),
        )

    @classmethod
    def to(cls, channels: Sequence[str]) -> "Policy":
        """Everything at once to these."""
        return cls(tree((), channels))

    def route(self, path: str) -> Route:
        """The route of that name; the root where the settings have it no more."""
        return next((one for one in self.root.walk() if one.path == path), self.root)

    def targets(self, labels: Mapping[str, str]) -> list[tuple[Route, str]]:
        """Receivers with the first route that leads to each."""
        found: dict[str, Route] = {}
        for route in self.root.match(labels):
            for receiver in route.receivers:
                found.setdefault(receiver, route)
        return [(route, receiver) for receiver, route in found.items()]


def _inhibitions(given: Iterable[InhibitSettings]) -> tuple[Inhibition, ...]:
    return tuple(
        Inhibition(parse_all(one.source_matchers), parse_all(one.target_matchers), one.equal)
        for one in given
    )


def _windows(
    given: Iterable[MaintenanceSettings], intervals: Mapping[str, TimeInterval]
) -> tuple[Window, ...]:
    return tuple(
        Window(
            one.name, parse_all(one.matchers), tuple(intervals[name] for name in one.time_intervals)
        )
        for one in given
    )
