"""What belongs together, how bad it is, and when it is over."""

import fnmatch
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reinfra.model import HOUR, MINUTE, Anomaly, SeriesKey, Severity

_SCOPES = (
    ("host.name", "host"),
    ("host.id", "host"),
    ("service.name", "service"),
    ("cloud.resource_id", "resource"),
    ("reinfra.source", "source"),
)
TOPOLOGY = (
    "slurm.job.id",
    "k8s.job.name",
    "ray.job.id",
    "aws.sagemaker.training_job.name",
    "job.id",
    "job.name",
    "k8s.workload.name",
    "service.name",
)
"""Labels that hosts which work together share, the narrowest first."""

CRITICAL = (
    "hw.gpu.row_remap.failed",
    "aws.neuron.hardware.errors",
    "aws.neuron.device.unhealthy_component.count",
    "aws.ec2.status_check.failed",
)
"""Signals that count hardware that is broken for good; corrected errors and Xids of programs are not."""

_OF_THE_HOST = ("hw.", "system.")  # what a scrape names as their service is its exporter


@dataclass(frozen=True, slots=True)
class Rules:
    """Times are in ms of data time.

    An incident resolves once nothing strange was seen for `quiet`; that is no shorter than the pause
    within which detectors see one anomaly, or incidents would close under it. Strangeness in the same
    scope up to `reopen` after the last reopens the incident instead of making a second one. What begins
    within `together` on hosts that share one of the labels of `topology` is one incident.

    The severity is that of the worst anomaly, or of its signal, one step higher from `wide` series or
    `hosts` hosts on. More than `flapping` reopenings an hour are flapping. An incident of which nothing
    was heard for `timeout` ms of the clock is resolved without having been seen to recover; 0: never.
    """

    quiet: int = 30 * MINUTE
    reopen: int = 2 * HOUR
    together: int = 5 * MINUTE
    wide: int = 5
    hosts: int = 3
    flapping: int = 3
    timeout: int = 24 * HOUR
    topology: Sequence[str] = TOPOLOGY
    critical: Sequence[str] = CRITICAL
    minor: Sequence[str] = ()


def scope(key: SeriesKey) -> str:
    """Where a series belongs: `host i-53ea38`; a series without a known place stands for itself."""
    found = ((word, key.label(label)) for label, word in _SCOPES)
    return next((f"{word} {value}" for word, value in found if value), f"series {key}")


def wider(key: SeriesKey, rules: Rules) -> list[str]:
    """The places that a series shares with other hosts, the narrowest first: `job 7`, `service decode`."""
    named = ((label, key.label(label)) for label in rules.topology)
    return [f"{_word(label)} {value}" for label, value in named if value and _tells(key, label)]


def place(scope_: str) -> str:
    """The scope without its kind, as a title names it."""
    return scope_.partition(" ")[2]


def common(keys: Sequence[SeriesKey], rules: Rules) -> str:
    """The scope of all of them; of several, the narrowest place that most of them share."""
    scopes = {scope(key) for key in keys}
    if len(scopes) == 1:
        return scopes.pop()
    places = Counter(name for key in keys for name in dict.fromkeys(wider(key, rules)))
    if not places:
        return min(scopes)
    most = max(places.values())
    first = (name for key in keys for name in wider(key, rules) if places[name] == most)
    return next(first)


def severity(anomalies: Iterable[Anomaly], rules: Rules) -> Severity:
    """The worst anomaly's, one step higher where many series or hosts are strange at once."""
    found = list(anomalies)
    ranks = list(Severity)
    worst = max(_rank(one, rules) for one in found)
    hosts = {key.label("host.name") or key.label("host.id") for key in {one.key for one in found}}
    radius = len({one.key for one in found}) >= rules.wide or len(hosts - {""}) >= rules.hosts
    return ranks[min(worst + radius, len(ranks) - 1)]


def _rank(one: Anomaly, rules: Rules) -> int:
    if _any(one.key.metric, rules.critical):
        return Severity.CRITICAL.rank
    if _any(one.key.metric, rules.minor):
        return Severity.INFO.rank
    return one.severity.rank


def _any(metric: str, patterns: Iterable[str]) -> bool:
    return any(fnmatch.fnmatchcase(metric, pattern) for pattern in patterns)


def _word(label: str) -> str:
    return "job" if "job" in label else label.split(".")[-2] if "." in label else label


def _tells(key: SeriesKey, label: str) -> bool:
    return label != "service.name" or not key.metric.startswith(_OF_THE_HOST)
