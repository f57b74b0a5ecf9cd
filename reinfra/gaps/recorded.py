"""The comparisons that the shipped FMBench runs of January 2024 are good for, and those they are not."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from reinfra.gaps.compare import Setting, compare
from reinfra.gaps.fmbench import read_fmbench
from reinfra.gaps.prices import read_prices
from reinfra.gaps.scorecard import Refusal, Scorecard

JANUARY_18 = "fmbench_llama2_13b_2024-01-18.csv"
JANUARY_19 = "fmbench_llama2_13b_2024-01-19.csv"
LARGE = "fmbench_llama2_70b_2024-01-18.csv"


@dataclass(frozen=True, slots=True)
class Pair:
    """An instance type of one file against one of the same or of another file."""

    candidate: tuple[str, str]
    baseline: tuple[str, str]


PAIRS = (
    Pair((JANUARY_19, "inf2.48xlarge"), (JANUARY_19, "g5.48xlarge")),
    Pair((JANUARY_19, "inf2.24xlarge"), (JANUARY_19, "g5.24xlarge")),
    Pair((JANUARY_19, "inf2.48xlarge"), (JANUARY_19, "p4d.24xlarge")),
    Pair((JANUARY_18, "inf2.48xlarge"), (JANUARY_18, "g5.48xlarge")),
    Pair((JANUARY_18, "inf2.48xlarge"), (JANUARY_18, "p4d.24xlarge")),
    Pair((LARGE, "g5.48xlarge"), (LARGE, "p4d.24xlarge")),
    # One instance type in two runs: what moved is the deployment.
    Pair((JANUARY_19, "inf2.24xlarge"), (JANUARY_18, "inf2.24xlarge")),
)


def compare_recorded(folder: Path, rng: np.random.Generator) -> list[Scorecard | Refusal]:
    """Every pair of the recorded runs in `folder` (the three tables and prices, gzipped)."""
    tables = {name for pair in PAIRS for name, _ in (pair.candidate, pair.baseline)}
    runs = {name: read_fmbench(folder / f"{name}.gz") for name in sorted(tables)}
    how = Setting(read_prices(folder / "prices.csv.gz"))
    return [
        compare(
            runs[pair.candidate[0]].of(pair.candidate[1]),
            runs[pair.baseline[0]].of(pair.baseline[1]),
            how,
            rng,
        )
        for pair in PAIRS
    ]
