"""The table that says which detectors look at which signals; docs/reference/detectors.md explains it."""

import fnmatch
from collections.abc import Iterable
from dataclasses import dataclass

from reinfra.model import DAY, HOUR, MINUTE, Kind
from reinfra.signals import Signal, Worse

AUTOREGRESSION, COUNTS, PEERS = "autoregression", "counts", "peers"
PROPORTION, CLASSES, STALENESS = "proportion", "error-class", "staleness"


@dataclass(frozen=True, slots=True)
class Rule:
    """Signals that all given conditions hold for, the detectors of their values, and the reason.

    An empty condition holds always. `signals` are patterns of names, `unit` is how a unit begins;
    `daily` are the detectors of one run a day.
    """

    detectors: tuple[str, ...]
    reason: str
    daily: tuple[str, ...] = ()
    signals: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = ()
    worse: tuple[Worse, ...] = ()
    unit: str = ""

    def holds(self, signal: Signal) -> bool:
        return (
            (not self.signals or matches(signal.name, self.signals))
            and (not self.families or signal.family in self.families)
            and (not self.kinds or signal.kind in self.kinds)
            and (not self.worse or signal.worse in self.worse)
            and signal.unit.startswith(self.unit)
        )


@dataclass(frozen=True, slots=True)
class Daily:
    """A detector of one run a day reads `history` ms before what is new, on a grid of `step` ms or coarser.

    A series that is known for less than `least` ms is not looked at: nothing could be said of it.

    What changes over days is told from means of minutes or hours as well as from every sample, at a
    fraction of the cost, and from rollups where raw samples have expired.
    """

    step: int = 5 * MINUTE
    history: int = 14 * DAY
    least: int = 2 * DAY


DAILY = {
    "drift": Daily(HOUR, 29 * DAY, 14 * DAY),
    "time-to-limit": Daily(HOUR, 29 * DAY, 14 * DAY),
    "shift": Daily(10 * MINUTE, 22 * DAY, 6 * DAY),
    "latency": Daily(history=28 * DAY),
}
"""By what each remembers, and a day more; latency as long again for the scores that its threshold is made of."""


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
    Rule(
        (AUTOREGRESSION,),
        "how long something took: against its past at once, against its load once a day",
        daily=("latency", "shift"),
        families=("latency",),
        kinds=(Kind.GAUGE,),
    ),
    Rule(
        (AUTOREGRESSION,),
        "what is used up: against its past at once, for leaks and its limit once a day",
        daily=("drift", "time-to-limit", "shift"),
        families=("memory",),
        kinds=(Kind.GAUGE,),
    ),
    Rule(
        (AUTOREGRESSION,),
        "a level: against its past at once, for odd shapes and shifts once a day",
        daily=("windows", "shift"),
        kinds=(Kind.GAUGE,),
    ),
    Rule((AUTOREGRESSION,), "a rate: against a forecast of its own past", daily=("shift",)),
)
"""The first that holds counts."""

UNKNOWN = Rule(
    (AUTOREGRESSION,),
    "nobody described this metric: against its past at once, for odd shapes once a day",
    daily=("windows",),
)


def matches(name: str, patterns: Iterable[str]) -> bool:
    """Whether a name fits one of these patterns."""
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)
