"""Which version of a prompt each service uses, as requests say it: a change is an event."""

from collections import Counter, OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field

from reinfra.model import Fact, Subject, subject

PROMPT = "gen_ai.prompt.name"
FACT = "gen_ai.prompt.version"
RECENT = 1_000
"""Requests of a prompt after which a version that none of them had is out of use."""

_NAMES = ("service.name", "service.namespace", "deployment.environment.name", PROMPT)
_MOST_PROMPTS, _MOST_VERSIONS = 1_000, 10


@dataclass(slots=True)
class Prompts:
    """Versions in use side by side, such as in a staged rollout, are one value, joined by commas."""

    _requests: Counter[Subject] = field(default_factory=Counter)
    _last: dict[Subject, OrderedDict[str, int]] = field(default_factory=dict)
    _touched: dict[Subject, None] = field(default_factory=dict)

    def note(self, labels: Mapping[str, str], version: str) -> None:
        """A request with these labels had this version of its prompt."""
        who = subject({name: labels[name] for name in _NAMES if name in labels})
        if not (who and version) or (who not in self._last and len(self._last) >= _MOST_PROMPTS):
            return
        self._requests[who] += 1
        seen = self._last.setdefault(who, OrderedDict())
        seen[version] = self._requests[who]
        seen.move_to_end(version)
        self._touched[who] = None

    def facts(self) -> tuple[Fact, ...]:
        """Of the prompts that were used since this was last asked."""
        touched, self._touched = self._touched, {}
        return tuple(Fact(who, FACT, self._value(who)) for who in touched)

    def _value(self, who: Subject) -> str:
        seen = self._last[who]
        for version, at in list(seen.items()):
            if at <= self._requests[who] - RECENT or len(seen) > _MOST_VERSIONS:
                del seen[version]
        return ",".join(sorted(seen))
