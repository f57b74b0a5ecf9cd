"""The ten figures that judging holds itself to, each measured by a function of its own.

To add one: a function without arguments that gives Rows, under its number in FIGURES.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. `held` is None where nothing could be measured, and `measured` then says why."""

    what: str
    target: str
    measured: str
    held: bool | None

    @property
    def verdict(self) -> str:
        return {True: "yes", False: "NO", None: "not measured"}[self.held]


Figure = Callable[[], Iterator[Row]]


def figures() -> dict[int, Figure]:
    """By number, as in docs/reference/judge.md; imported here so that one alone can be run."""
    from benchmarks.judge import drift_figures, mean_figures, run_figures, text_figures

    return {
        1: mean_figures.coverage,
        2: mean_figures.clusters,
        3: mean_figures.agreement,
        4: drift_figures.canary,
        5: drift_figures.cusum,
        6: text_figures.replies,
        7: run_figures.speed,
        8: text_figures.injection,
        9: text_figures.integrity,
        10: run_figures.cost,
    }


def rows(count: int = 10) -> Iterator[tuple[str, str, str, str, str]]:
    """The table's lines; a figure that nobody measures yet is named all the same."""
    known = figures()
    for number in range(1, count + 1):
        measured = known.get(number)
        if measured is None:
            yield str(number), "-", "-", "no backend is measured in this run", "not measured"
            continue
        for row in measured():
            yield str(number), row.what, row.target, row.measured, row.verdict


def absent(what: str, target: str, name: str) -> Row:
    return Row(what, target, f"{name} is not there: set $REINFRA_BENCH_DATA", None)
