"""What the reader of a message gets beside the notice: where to look, what to do, what an hour costs."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import NamedTuple

from reinfra.model import Incident
from reinfra.store.notice import Notice


class Price(NamedTuple):
    """What one instance costs an hour, and who says so."""

    usd_per_hour: float
    source: str


@dataclass(frozen=True, slots=True)
class Cost:
    """What the hosts of an incident cost an hour; None where that is not known, and `basis` says why."""

    usd_per_hour: float | None
    basis: str

    def __str__(self) -> str:
        if self.usd_per_hour is None:
            return f"cost unknown: {self.basis}"
        return f"{self.usd_per_hour:,.2f} USD per hour for what is affected: {self.basis}"


@dataclass(frozen=True, slots=True)
class Context:
    """`runbooks` are addresses by pattern of a signal's name, of which the first that matches counts."""

    dashboard_url: str = ""
    runbooks: Mapping[str, str] = field(default_factory=dict)
    prices: Mapping[str, Price] = field(default_factory=dict)

    def permalink(self, incident: Incident) -> str:
        """The incident's page; empty without a dashboard's address."""
        if not self.dashboard_url:
            return ""
        return f"{self.dashboard_url.rstrip('/')}/incident?incident={incident.id}"

    def overview(self) -> str:
        return f"{self.dashboard_url.rstrip('/')}/" if self.dashboard_url else ""

    def runbook(self, notice: Notice) -> str:
        """The route's, else the settings' for the worst signal; empty where there is none."""
        worst = notice.evidence.worst
        if notice.runbook or worst is None:
            return notice.runbook
        found = (url for sign, url in self.runbooks.items() if fnmatchcase(worst.metric, sign))
        return next(found, "")

    def cost(self, notice: Notice) -> Cost:
        """List price of the affected hosts; of some of them only is no sum of all."""
        evidence = notice.evidence
        if not evidence.hosts:
            return Cost(None, "no host is named")
        if evidence.host_count > len(evidence.hosts):
            return Cost(None, f"{evidence.host_count} hosts are affected")
        types = Counter(type_ for _, type_ in evidence.hosts)
        if unnamed := types[""]:
            return Cost(None, f"nobody said the instance type of {_count(unnamed, 'host')}")
        if missing := sorted(type_ for type_ in types if type_ not in self.prices):
            return Cost(None, f"no price is known for {', '.join(missing[:3])}")
        total = sum(self.prices[type_].usd_per_hour * many for type_, many in types.items())
        return Cost(
            total,
            "; ".join(
                _line(many, type_, self.prices[type_]) for type_, many in sorted(types.items())[:5]
            ),
        )


def _line(many: int, type_: str, price: Price) -> str:
    return f"{many} x {type_} at {price.usd_per_hour:,.2f} ({price.source})"


def _count(many: int, noun: str) -> str:
    return f"{many} {noun}" if many == 1 else f"{many} {noun}s"
