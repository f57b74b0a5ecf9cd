"""Which detectors look at a signal, and why: by what the signal registry says of it.

Two sets: those of every run, which go on where they stopped, and those of one run a day, which read
the history again.
"""

import functools
from collections.abc import Iterable, Sequence

from detectors.choice_rules import (
    AUTOREGRESSION,
    DAILY,
    PEERS,
    PROPORTION,
    RULES,
    STALENESS,
    UNKNOWN,
    Daily,
    Rule,
    matches,
)
from detectors.latency_load import LOADS
from detectors.proportion import BASES
from detectors.siblings import group
from detectors.waiting import POWER, SPEEDS
from reinfra.config import DetectOverride
from reinfra.model import Kind, SeriesKey
from reinfra.signals import find


def choose(key: SeriesKey, overrides: Sequence[DetectOverride] = ()) -> tuple[str, ...]:
    """Names of the detectors of every run: those of the series' rule, its siblings', and staleness.

    Only gauges are held against their siblings. An override that names detectors replaces all of this.
    """
    return tuple(name for name, _ in explained(key, overrides))


def daily(key: SeriesKey, overrides: Sequence[DetectOverride] = ()) -> tuple[str, ...]:
    """Names of the detectors of one run a day; none where an override names detectors."""
    return () if _named(key, overrides) else rule(key).daily


def explained(
    key: SeriesKey, overrides: Sequence[DetectOverride] = ()
) -> tuple[tuple[str, str], ...]:
    """(detector, why) for this series, in the order of `choose`."""
    named = _named(key, overrides)
    if named is not None:
        return tuple((name, f"detect.override of {named.signal}") for name in named.detectors or ())
    chosen = rule(key)
    found = [(name, chosen.reason) for name in chosen.detectors]
    if AUTOREGRESSION in chosen.detectors and key.kind is Kind.GAUGE and group(key) is not None:
        found.append((PEERS, "it may have siblings under the same load"))
    return (*found, (STALENESS, "a sample that is expected may not come"))


def context(name: str, metric: str) -> tuple[str, ...]:
    """Other metrics that this detector of `metric` wants in the same block, where they exist.

    Trials of a share, loads of a latency, the limit of a use; and the power of those who wait for a straggler.
    """
    if name in ("latency", "latency-load"):
        return LOADS
    if name == "time-to-limit":
        return (f"{metric.removesuffix('.usage')}.limit",)
    if name == PEERS and metric in SPEEDS:
        return (POWER,)
    return (BASES[metric],) if name == PROPORTION and metric in BASES else ()


def looks_back(name: str) -> Daily:
    """How a detector of one run a day reads its series."""
    return DAILY.get(name, Daily())


def rule(key: SeriesKey) -> Rule:
    """The rule of a series' signal."""
    return _rule(key.metric)


@functools.cache
def _rule(metric: str) -> Rule:
    signal = find(metric)
    if signal is None:
        return UNKNOWN
    return next(one for one in RULES if one.holds(signal))


def matching(metric: str, overrides: Sequence[DetectOverride]) -> Iterable[DetectOverride]:
    """The overrides whose pattern the metric matches, the last first."""
    return (one for one in reversed(overrides) if matches(metric, (one.signal,)))


def _named(key: SeriesKey, overrides: Sequence[DetectOverride]) -> DetectOverride | None:
    """The override that names the detectors of a series."""
    return next((one for one in matching(key.metric, overrides) if one.detectors is not None), None)
