"""When the interval between two fleets is not printed, printed grey, or printed with a note.

Refusals rest on the design (days, nodes) and not on estimates: an interval that is withheld because the
same data look bad leaves only the lucky ones, which then cover too little.
"""

import enum
from collections.abc import Iterator
from dataclasses import dataclass

from reinfra.gaps.spectrum import HOURS_PER_DAY, WHOLE_DAYS

LEAST_NODES, FEW_NODES, MANY_NODES = 4, 8, 16
LEAST_INDEPENDENT_HOURS = 5
ALIKE = 0.9
DRIFT_LEVEL = 0.01


class Target(enum.StrEnum):
    KIND = "this kind of node"
    """The nodes are a sample: for decisions to buy or to move."""
    THESE = "exactly these nodes"
    """The nodes are all there is: their differences are no uncertainty."""


class Standing(enum.StrEnum):
    FULL = "full"
    PROVISIONAL = "provisional"
    GREYED = "greyed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Window:
    """`reporting_hours` counts the hours in which both fleets reported anything."""

    candidate_nodes: int
    baseline_nodes: int
    reporting_hours: int


@dataclass(frozen=True, slots=True)
class Diagnostics:
    """How the paired hours behave.

    Their lag-1 correlation, how many independent hours they are worth, the p-value of "one regime",
    and the share of the variance that time accounts for.
    """

    hour_correlation: float
    independent_hours: float
    drift_p: float
    time_share: float


def refused(window: Window, target: Target) -> str:
    """The reason why this window can carry no interval, or nothing."""
    if window.reporting_hours < HOURS_PER_DAY:
        return f"{window.reporting_hours} hours in which both fleets report are less than one day"
    fewest = min(window.candidate_nodes, window.baseline_nodes)
    if target is Target.KIND and fewest < LEAST_NODES:
        return (
            f"{fewest} nodes in a fleet are too few to speak of this kind of node: "
            "only exactly these nodes can be judged"
        )
    return ""


def standing(window: Window, found: Diagnostics) -> Standing:
    if any(_doubts(found)):
        return Standing.GREYED
    short = window.reporting_hours < WHOLE_DAYS * HOURS_PER_DAY
    return Standing.PROVISIONAL if short else Standing.FULL


def notes(window: Window, target: Target, found: Diagnostics) -> tuple[str, ...]:
    return (*_design(window, target), *_doubts(found))


def _design(window: Window, target: Target) -> Iterator[str]:
    if window.reporting_hours < WHOLE_DAYS * HOURS_PER_DAY:
        days = window.reporting_hours // HOURS_PER_DAY
        yield f"provisional: {days} whole day{'s' if days > 1 else ''}, three are wanted"
    if target is Target.THESE:
        return
    few, many = sorted((window.candidate_nodes, window.baseline_nodes))
    if few < FEW_NODES:
        yield f"only {few} nodes in a fleet"
    if few < FEW_NODES and many >= MANY_NODES:
        yield f"{few} nodes against {many}: such intervals covered 92 % instead of 95 % in trials"


def _doubts(found: Diagnostics) -> Iterator[str]:
    alike = found.hour_correlation >= ALIKE
    if alike or found.independent_hours < LEAST_INDEPENDENT_HOURS:
        yield f"effectively {found.independent_hours:.0f} independent hours"
    if found.drift_p < DRIFT_LEVEL:
        yield "a level shift or drift: the window is not one regime"
