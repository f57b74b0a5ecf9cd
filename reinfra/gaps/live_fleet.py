"""Which nodes make up a fleet, and what each of them is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from reinfra.gaps.policy import ClassPolicy, Infrastructure
from reinfra.model import SeriesKey
from reinfra.store.inventory import StoredFact
from reinfra.store.selector import Matcher, Selector

TYPE = "host.type"
NODE_LABELS = ("host.name", "k8s.node.name", "instance", "service.instance.id", "service.name")


@dataclass(frozen=True, slots=True)
class Fleet:
    """The series that every matcher accepts, by their labels and by what their host is (`host.type`).

    `kind` is the class that the host's type must have, None for any.
    """

    name: str
    matchers: tuple[Matcher, ...]
    types: Mapping[str, str] = field(default_factory=dict)
    kind: Infrastructure | None = None
    policy: ClassPolicy | None = None

    def has(self, key: SeriesKey) -> bool:
        kind = self.types.get(node_of(key), "")
        if self.kind and self.policy and self.policy.classify(kind).infrastructure is not self.kind:
            return False
        typed = SeriesKey.of("", {TYPE: kind})
        return all(
            one.matches(typed if one.name == TYPE and not key.label(TYPE) else key)
            for one in self.matchers
        )


def node_of(key: SeriesKey) -> str:
    """The first label that names a node, or nothing."""
    return next((key.label(name) for name in NODE_LABELS if key.label(name)), "")


def fleet_of(text: str, types: Mapping[str, str], policy: ClassPolicy) -> Fleet:
    """From `{label="value",...}`, an instance type, or a class of the policy. Raises InputError."""
    if text in set(Infrastructure):
        return Fleet(text, (), types, Infrastructure(text), policy)
    if "{" not in text:
        return Fleet(text, (Matcher(TYPE, "=", text.removeprefix("ml.")),), types)
    return Fleet(text, Selector.parse(text).matchers, types)


def types_of(facts: Iterable[StoredFact]) -> dict[str, str]:
    """The instance type of each host that said it."""
    named = ((dict(one.subject).get("host.name", ""), one) for one in facts if one.name == TYPE)
    return {host: one.value.removeprefix("ml.") for host, one in named if host}
