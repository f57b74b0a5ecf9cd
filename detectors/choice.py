"""Which detectors look at a signal, and why: by what the signal registry says of it."""

import fnmatch
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from detectors.siblings import group
from reinfra.config import DetectOverride
from reinfra.model import Kind, SeriesKey
from reinfra.signals import Signal, Worse, find

AUTOREGRESSION, COUNTS, PEERS = "autoregression", "counts", "peers"
PROPORTION, CLASSES, STALENESS = "proportion", "error-class", "staleness"


@dataclass(frozen=True, slots=True)
class Rule:
    """Signals that all given conditions hold for, the detectors of their values, and the reason.

    An empty condition holds always. `signals` are patterns of names, `unit` is how a unit begins.
    """

    detectors: tuple[str, ...]
    reason: str
    signals: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = ()
    worse: tuple[Worse, ...] = ()
    unit: str = ""

    def holds(self, signal: Signal) -> bool:
        return (
            (not self.signals or _matches(signal.name, self.signals))
            and (not self.families or signal.family in self.families)
            and (not self.kinds or signal.kind in self.kinds)
            and (not self.worse or signal.worse in self.worse)
            and signal.unit.startswith(self.unit)
        )


_COUNTED = (Kind.COUNTER, Kind.PERIOD_COUNT)

RULES: tuple[Rule, ...] = (
    Rule(
        (CLASSES,),
        "a code says what happened; the catalogue says how bad that is",
        signals=("hw.gpu.xid", "hw.gpu.xid.events"),
    ),
    Rule(
        (), "the same events as hw.gpu.xid.events, which says more", signals=("hw.gpu.xid.count",)
    ),
    Rule(
        (CLASSES, COUNTS),
        "some classes of errors are bad at once, the others by their number",
        signals=(
            "hw.gpu.ecc.errors",
            "aws.neuron.ecc.events",
            "aws.neuron.hardware.errors",
            "aws.neuron.execution.errors",
        ),
    ),
    Rule(
        (CLASSES,),
        "a state that is bad whenever it is there",
        signals=(
            "hw.gpu.row_remap.*",
            "hw.gpu.retired_pages.pending",
            "hw.gpu.nvlink.up",
            "hw.network.up",
            "aws.ec2.status_check.failed",
            "aws.neuron.device.unhealthy_component.count",
        ),
    ),
    Rule((PROPORTION,), "a share of graded answers", signals=("reinfra.quality.successes",)),
    Rule(
        (),
        "read by the detector of the share that it is the base of, or a mean without its spread",
        signals=("reinfra.quality.trials", "reinfra.quality.score*"),
    ),
    Rule(
        (),
        "a setting, not a measurement",
        signals=("*.limit", "*.reserved"),
        worse=(Worse.NEITHER,),
    ),
    Rule((), "it only grows, whatever happens", signals=("system.uptime",)),
    Rule((), "one bucket of a distribution says nothing alone", kinds=(Kind.HISTOGRAM,)),
    Rule(
        (COUNTS,),
        "rare events: their number against what chance gives",
        families=("health", "errors", "accuracy"),
        kinds=_COUNTED,
        worse=(Worse.UP,),
        unit="{",
    ),
    Rule((AUTOREGRESSION,), "a level or a rate: against a forecast of its own past"),
)
"""The first that holds counts."""

UNKNOWN = Rule((AUTOREGRESSION,), "nobody described this metric: against a forecast of its past")


def choose(key: SeriesKey, overrides: Sequence[DetectOverride] = ()) -> tuple[str, ...]:
    """Names of the detectors for this series: those of its rule, its siblings', and staleness.

    Only gauges are held against their siblings. An override that names detectors replaces all of this.
    """
    return tuple(name for name, _ in explained(key, overrides))


def explained(
    key: SeriesKey, overrides: Sequence[DetectOverride] = ()
) -> tuple[tuple[str, str], ...]:
    """(detector, why) for this series, in the order of `choose`."""
    named = next(
        (one for one in matching(key.metric, overrides) if one.detectors is not None), None
    )
    if named is not None and named.detectors is not None:
        return tuple((name, f"detect.override of {named.signal}") for name in named.detectors)
    chosen = rule(key)
    found = [(name, chosen.reason) for name in chosen.detectors]
    if AUTOREGRESSION in chosen.detectors and key.kind is Kind.GAUGE and group(key) is not None:
        found.append((PEERS, "it may have siblings under the same load"))
    return (*found, (STALENESS, "a sample that is expected may not come"))


def rule(key: SeriesKey) -> Rule:
    """The rule of a series' signal."""
    signal = find(key.metric)
    if signal is None:
        return UNKNOWN
    return next(one for one in RULES if one.holds(signal))


def matching(metric: str, overrides: Sequence[DetectOverride]) -> Iterable[DetectOverride]:
    """The overrides whose pattern the metric matches, the last first."""
    return (one for one in reversed(overrides) if _matches(metric, (one.signal,)))


def _matches(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)
