"""`reinfra gaps` on live series: what both `compare --fleet` and `selftest` need."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from reinfra.errors import InputError

if TYPE_CHECKING:
    from reinfra.gaps.live import LiveGap
    from reinfra.gaps.live_totals import Span
    from reinfra.gaps.prices import Prices
    from reinfra.gaps.selftest import SelfTest
    from reinfra.store import SampleStore, Store


@dataclass(frozen=True, slots=True)
class Window:
    """As written on the command line."""

    since: str
    until: str | None


@dataclass(frozen=True, slots=True)
class LiveAsked:
    """`--fleet` and its baseline, the measures (none: all), and whose prices."""

    candidate: str
    baseline: str
    measures: tuple[str, ...]
    window: Window
    prices: Path | None
    these: bool
    edits: Path | None = None


def live_gaps(
    store: "Store", samples: "SampleStore", asked: LiveAsked
) -> "tuple[list[LiveGap], int]":
    """One per measure, and the end of the window; without `--measure` those that both fleets have.

    Raises InputError.
    """
    from reinfra.gaps.fleet_rules import Target
    from reinfra.gaps.live import Asked, compare_live
    from reinfra.gaps.live_fleet import fleet_of
    from reinfra.gaps.live_measures import live_measure, live_measures
    from reinfra.gaps.policy import default_policy

    if not asked.baseline:
        raise InputError("name the fleet to compare with", todo="Add --baseline.")
    types, policy = _types(store), default_policy()
    both = Asked(
        fleet_of(asked.candidate, types, policy),
        fleet_of(asked.baseline, types, policy),
        _span(asked.window),
        _prices(asked.prices, asked.edits),
        Target.THESE if asked.these else Target.KIND,
    )
    chosen = [live_measure(name) for name in asked.measures] or list(live_measures().values())
    found = [compare_live(samples, one, both) for one in chosen]
    shown = [one for one in found if asked.measures or (one.candidate.nodes and one.baseline.nodes)]
    return shown, both.span.until


def tested(
    store: "Store", samples: "SampleStore", fleet: str, measure: str, window: Window, splits: int
) -> "SelfTest":
    """Random halves of the fleet. Raises InputError for a measure that is not there."""
    import numpy as np

    from reinfra.gaps.live import judge
    from reinfra.gaps.live_fleet import fleet_of
    from reinfra.gaps.live_measures import live_measure
    from reinfra.gaps.live_totals import totals
    from reinfra.gaps.policy import default_policy
    from reinfra.gaps.selftest import SelfTest, self_test
    from reinfra.model.randomness import SEED

    chosen, span = live_measure(measure), _span(window)
    whole = fleet_of(fleet or "{}", _types(store), default_policy())
    found = totals(samples, whole, chosen, span, _prices(None, None))
    if found.missing:
        return SelfTest(0, span.hours, splits, reason=found.missing)
    rng = np.random.default_rng(SEED)
    return self_test(found.values, judge(chosen, found), rng, splits)


def _types(store: "Store") -> dict[str, str]:
    from reinfra.gaps.live_fleet import types_of
    from reinfra.store import inventory

    with store.reading() as connection:
        return types_of(inventory.current(connection))


def _span(window: Window) -> "Span":
    from reinfra.cli.times import instant
    from reinfra.gaps.live_totals import Span
    from reinfra.model import system_clock

    now = system_clock()
    span = Span.of(
        instant(window.since, "--since", now) or 0, instant(window.until, "--until", now) or now
    )
    if not span.hours:
        raise InputError("no whole hour lies in this time", todo="Give a longer one with --since.")
    return span


def _prices(given: Path | None, edits: Path | None) -> "Prices":
    from reinfra.demo.folder import data_folder
    from reinfra.gaps.default_prices import prices_of

    return prices_of(given, data_folder() / "fmbench" / "prices.csv.gz", edits)
