"""An Alertmanager configuration as settings: what maps is printed as TOML, what does not is listed.

Fields as in its docs/configuration.md. Receivers become tables to fill in: their addresses and secrets are
never read out of the file.
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from reinfra.alerts.routing.toml import table, value
from reinfra.config.matchers import Matcher, parse_all
from reinfra.errors import InputError

_MOST = 5_000_000  # bytes
_MOST_VALUES = 100_000  # an alias may repeat what is above it, over and over
_ROUTE = {
    "receiver",
    "group_by",
    "group_wait",
    "group_interval",
    "repeat_interval",
    "continue",
    "mute_time_intervals",
    "active_time_intervals",
}
_MATCHERS = {"match", "match_re", "matchers"}
_KINDS = {
    "sns_configs": "sns",
    "email_configs": "smtp",
    "webhook_configs": "webhook",
    "slack_configs": "slack",
}
_STAND_IN = 'kind = "console"'


@dataclass(frozen=True, slots=True)
class Taken:
    """`left` says line by line what was not taken over, and why."""

    toml: str
    left: tuple[str, ...]


def read(path: Path) -> Taken:
    """Raises InputError for what is no such file."""
    return taken_over(_loaded(path))


def taken_over(given: Mapping[str, Any]) -> Taken:
    """The settings of a configuration. Raises InputError where it has no tree of routes."""
    if not isinstance(given.get("route"), dict):
        raise InputError("no route in it", why="an Alertmanager configuration has one at its top")
    work = _Work()
    lines = [
        *work.receivers(_listed(given.get("receivers"))),
        *work.route(given["route"], "route", top=True),
        *work.inhibitions(_listed(given.get("inhibit_rules"))),
        *work.intervals(given),
    ]
    for name in given:
        if name not in {
            "route",
            "receivers",
            "inhibit_rules",
            "time_intervals",
            "mute_time_intervals",
        }:
            work.leave(str(name), _WHY.get(str(name), "reinfra has nothing like it"))
    return Taken("\n".join(lines).strip() + "\n", tuple(work.left))


_WHY = {
    "global": "defaults of receivers; each [[receiver]] names its own",
    "templates": "what a message says is fixed, see docs/reference/alerts.md",
}


@dataclass(slots=True)
class _Work:
    left: list[str] = field(default_factory=list)

    def leave(self, what: str, why: str) -> None:
        self.left.append(f"{what}: {why}")

    def receivers(self, given: Sequence[Any]) -> Iterator[str]:
        for one in given:
            name = str(one.get("name", ""))
            kinds = [key for key in one if key != "name"]
            usable = [key for key in kinds if key in _KINDS]
            for key in kinds:
                if key not in _KINDS:
                    self.leave(f"receiver {name}: {key}", "no channel here; use sns or webhook")
            if len(usable) > 1:
                rest = ", ".join(usable[1:])
                self.leave(
                    f"receiver {name}: {rest}", "a receiver has one kind; name several in a route"
                )
            for key in usable:
                self.leave(
                    f"receiver {name}: {key}", "its settings; addresses and secrets are not read"
                )
            deaf = any(
                each.get("send_resolved") is False for key in kinds for each in _listed(one[key])
            )
            yield from self._receiver(name, usable[0] if usable else "", deaf=deaf)

    def _receiver(self, name: str, kind: str, *, deaf: bool) -> Iterator[str]:
        yield "[[receiver]]"
        yield f"name = {value(name)}"
        note = f"  # was {kind}: see docs/reference/settings.md for its keys" if kind else ""
        yield _STAND_IN + note
        if deaf:
            yield "send_resolved = false"
        yield ""

    def route(self, given: Mapping[str, Any], path: str, *, top: bool = False) -> Iterator[str]:
        matchers = self.matchers(given, "", path)
        if matchers is None:
            self.leave(
                path, "left out with all below it: without its matchers it would take everything"
            )
            return
        yield f"[[{path}]]"
        for key in given:
            if key in _ROUTE:
                yield f"{key} = {value(given[key])}"
            elif key not in {*_MATCHERS, "routes"}:
                self.leave(f"{path}: {key}", "routes here have no such key")
        if matchers:
            yield f"matchers = {value(matchers)}"
        if top and matchers:
            self.leave(path, "the top route has matchers, which Alertmanager does not allow")
        yield ""
        for child in _listed(given.get("routes")):
            yield from self.route(child, f"{path}.routes")

    def inhibitions(self, given: Sequence[Any]) -> Iterator[str]:
        for number, one in enumerate(given, 1):
            where = f"inhibit_rules {number}"
            sides = {side: self.matchers(one, f"{side}_", where) for side in ("source", "target")}
            if not all(sides.values()):
                self.leave(where, "a side without matchers, or with ones that cannot be read")
                continue
            yield "[[inhibit]]"
            for side, matchers in sides.items():
                yield f"{side}_matchers = {value(matchers)}"
            if one.get("equal"):
                yield f"equal = {value(one['equal'])}"
            yield ""

    def intervals(self, given: Mapping[str, Any]) -> Iterator[str]:
        old = _listed(given.get("mute_time_intervals"))
        for one in (*_listed(given.get("time_intervals")), *old):
            yield "[[time_interval]]"
            yield f"name = {value(str(one.get('name', '')))}"
            for spec in _listed(one.get("time_intervals")):
                yield from table("time_interval.time_intervals", spec)
            yield ""

    def matchers(self, given: Mapping[str, Any], side: str, where: str) -> list[str] | None:
        """Of the three ways to write them: match and match_re are older. None where one cannot be read."""
        found = [
            str(Matcher(str(name), op, str(text)))
            for key, op in ((f"{side}match", "="), (f"{side}match_re", "=~"))
            for name, text in (given.get(key) or {}).items()
        ]
        try:
            found += [
                str(one)
                for text in _listed(given.get(f"{side}matchers"))
                for one in parse_all(str(text))
            ]
            parse_all(found)
        except InputError as error:
            self.leave(where, f"{error.what}: {error.why}")
            return None
        return found


def _listed(given: object) -> list[Any]:
    if given is None:
        return []
    return list(given) if isinstance(given, list) else [given]


def _loaded(path: Path) -> Mapping[str, Any]:
    import yaml

    try:
        if path.stat().st_size > _MOST:
            raise InputError("too large", where=str(path), why=f"more than {_MOST} bytes")
        given = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "not UTF-8 text"
        raise InputError("unreadable", where=str(path), why=why) from error
    except (yaml.YAMLError, RecursionError) as error:
        raise InputError("not YAML", where=str(path), why=str(error)[:300]) from error
    if not isinstance(given, dict):
        raise InputError("not an Alertmanager configuration", where=str(path))
    if sum(1 for _ in islice(_values(given), _MOST_VALUES)) == _MOST_VALUES:
        raise InputError("too large", where=str(path), why=f"more than {_MOST_VALUES} values")
    return given


def _values(given: object) -> Iterator[object]:
    """Everything in it, as often as it is there; level by level, so that a loop ends nothing but this."""
    waiting = deque([given])
    while waiting:
        one = waiting.popleft()
        yield one
        if isinstance(one, dict):
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)
