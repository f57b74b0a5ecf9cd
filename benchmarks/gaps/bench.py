"""The recorded comparisons with their intervals, and whether a fleet's interval holds what it says."""

import time
from collections.abc import Callable, Iterator

import numpy as np

from benchmarks.gaps.aa import Halves, halves
from benchmarks.gaps.grid import Covered, covered
from benchmarks.gaps.scale import DAYS, NODES, intervals, tenth
from benchmarks.results import table
from reinfra.demo.folder import data_folder
from reinfra.gaps.figure import Figure
from reinfra.gaps.recorded import compare_recorded
from reinfra.gaps.scorecard import Refusal, Scorecard
from reinfra.gaps.text import dollars, percent

SEED = 20_261_121

RECORDED = """## Recorded FMBench runs, January 2024

Candidate against baseline: the naive latency of all rows, then at matched input length and concurrency, with
95 % intervals from 2,000 resamples. Rows are taken as independent, so the intervals are optimistic; one
run each, an association and not a cause."""

SIMULATED = """## Intervals between fleets

SIMULATED: pairs of fleets by the minute with no gap, 95 % intervals for "this kind of node", in hourly totals.
I.i.d. takes every minute of every node as independent, hour blocks every hour of the fleet. Nodes differ by
0.2 and a fifth of the variance is a wave that a whole fleet shares. Of few runs the share is uncertain: of
200 by 3 points, of 800 by 1.5. The two on the right are of means, also where the product's is of a quantile."""

HALVES = """## Random halves of one fleet

SIMULATED fleets of seven days, each split 200 times at random: how often a nominal 95 % interval excludes
the zero that is true."""

SCALE = """## From samples to a scorecard

A tenth of {nodes:,} nodes over {days} days, read through the store's hourly rollups into two measures with
their intervals."""

LEAST, MOST = 0.93, 0.97
GAP_COLUMNS = (
    "pair",
    "naive latency",
    "latency",
    "time per output token",
    "USD per M output tokens",
    "against",
    "standing",
)
CELL_COLUMNS = ("cell", "runs", "covered", "with an interval", "i.i.d.", "hour blocks")


def run() -> Iterator[str]:
    begun = time.perf_counter()
    found = compare_recorded(data_folder() / "fmbench", np.random.default_rng(SEED))
    taken = time.perf_counter() - begun
    yield RECORDED
    yield table(GAP_COLUMNS, map(_row, found))
    yield "\n".join(
        f"- {_short(each.title)}: {reason}" for each in found for reason in _reasons(each)
    )
    yield f"All {len(found)} comparisons, files read and resamples drawn: {taken:.2f} s."
    yield SIMULATED
    found_cells = list(covered())
    yield table(CELL_COLUMNS, map(_cell, found_cells))
    yield _in_range(found_cells)
    yield HALVES
    yield table(
        ("nodes", "fleets", "splits", "exclude zero", "fewest", "most"), map(_halves, halves())
    )
    yield SCALE.format(nodes=NODES, days=DAYS)
    yield from _scale()


def _row(result: Scorecard | Refusal) -> tuple[str, ...]:
    title = _short(result.title)
    if isinstance(result, Refusal):
        return (title, "", "", "", "", "", "refused")
    measures = (_known(each, percent) for each in _measured(result))
    costs = (_known(each, dollars) for each in (result.cost.candidate, result.cost.baseline))
    return (title, *measures, *costs, "comparable" if result.comparable else "matched strata only")


def _measured(card: Scorecard) -> list[Figure]:
    return [card.measure(name).figure for name in ("naive_latency", "latency", "time_per_token")]


def _known(figure: Figure, shown: Callable[[Figure], str]) -> str:
    return "unknown" if figure.value is None else shown(figure)


def _reasons(result: Scorecard | Refusal) -> list[str]:
    """Why there is no comparison, or no number."""
    if isinstance(result, Refusal):
        return [f"refused: {reason}" for reason in result.reasons]
    figures = (*_measured(result), result.cost.candidate)
    missing = dict.fromkeys(each.reason for each in figures if each.value is None)
    return [f"unknown: {reason}" for reason in missing]


def _short(title: str) -> str:
    return title.replace("fmbench_", "").replace(".csv", "")


def _cell(each: Covered) -> tuple[str, ...]:
    shares = (each.ours, each.judged, each.iid, each.blocks)
    return (each.cell.name, str(each.cell.runs), *map(_share, shares))


def _in_range(found: list[Covered]) -> str:
    inside = sum(LEAST <= each.ours <= MOST for each in found)
    ends = min(each.ours for each in found), max(each.ours for each in found)
    return (
        f"{inside} of {len(found)} cells between 93 and 97 %; all between {_share(ends[0])} and "
        f"{_share(ends[1])}."
    )


def _halves(each: Halves) -> tuple[str, ...]:
    shares = (each.excluded, each.fewest, each.most)
    return str(each.nodes), str(each.fleets), str(each.splits), *map(_share, shares)


def _scale() -> Iterator[str]:
    found, one = tenth(), intervals()
    times = 100e6 / found.samples
    yield (
        f"- {found.samples:,} samples of {found.nodes} nodes, written and sealed in {found.filled:.0f} s "
        "(not part of it)\n"
        f"- scorecard of {found.judged} measures: {found.cpu:.2f} CPU s, {found.wall:.2f} s on the clock, "
        f"at most {found.memory / 1e6:.0f} MB\n"
        f"- 100 M samples by proportion, not measured: {times * found.cpu:.1f} CPU s\n"
        f"- one interval between 500 and 500 nodes over {DAYS} days, measured: {one:.2f} CPU s"
    )


def _share(share: float) -> str:
    return f"{100 * share:.1f} %"
