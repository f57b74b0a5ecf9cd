"""The recorded comparisons with their intervals, and whether a fleet's interval holds what it says."""

import time
from collections.abc import Callable, Iterator

import numpy as np

from benchmarks.gaps.coverage import RUNS, Covered, covered
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

SIMULATED = f"""## Intervals between fleets

SIMULATED: {RUNS} pairs of fleets with no gap in each cell, 95 % intervals for "this kind of node". Naive takes
every hour of every node as independent. "Shown in full": the share of the pairs whose interval the product
prints without a reservation, greyed or provisional."""

GAP_COLUMNS = (
    "pair",
    "naive latency",
    "latency",
    "time per output token",
    "USD per M output tokens",
    "against",
    "standing",
)
CELL_COLUMNS = ("fleets", "covered", "half width", "naive covered", "shown in full", "refused")


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
    yield table(CELL_COLUMNS, map(_cell, covered()))


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
    shares = (each.naive, each.full, each.refused)
    width = f"{100 * each.half_width:.1f} %"
    return (each.cell, _share(each.ours), width, *map(_share, shares))


def _share(share: float) -> str:
    return f"{100 * share:.1f} %"
