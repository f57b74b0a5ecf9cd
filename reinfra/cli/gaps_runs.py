"""`reinfra gaps compare --runs`: two instance types in files of measured rounds."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reinfra.errors import InputError

if TYPE_CHECKING:
    from reinfra.gaps.scorecard import Refusal, Scorecard


@dataclass(frozen=True, slots=True)
class Asked:
    """FMBench tables, the names of the two sides, and what was said beside them."""

    files: tuple[Path, ...]
    candidate: str
    baseline: str
    prices: Path | None = None
    slo_seconds: float | None = None
    edits: Path | None = None


def between(asked: Asked) -> "tuple[Scorecard | Refusal, dict[str, Any]]":
    """The comparison, and the same as a document. Raises InputError."""
    import numpy as np

    from reinfra.demo.folder import data_folder
    from reinfra.gaps.compare import Setting, compare
    from reinfra.gaps.default_prices import prices_of
    from reinfra.gaps.deployments import pick
    from reinfra.gaps.document import document
    from reinfra.gaps.fmbench import read_fmbench
    from reinfra.model.randomness import SEED

    if not (asked.candidate and asked.baseline):
        raise InputError("name both sides", todo="Add --candidate and --baseline.")
    sides = pick([read_fmbench(file) for file in asked.files], asked.candidate, asked.baseline)
    prices = prices_of(asked.prices, data_folder() / "fmbench" / "prices.csv.gz", asked.edits)
    how = Setting(prices, slo_seconds=asked.slo_seconds)
    found = compare(*sides, how, np.random.default_rng(SEED))
    return found, document(found, sides, prices, how.rules)


def recorded() -> "list[Scorecard | Refusal]":
    import numpy as np

    from reinfra.demo.folder import data_folder
    from reinfra.gaps.recorded import compare_recorded
    from reinfra.model.randomness import SEED

    return compare_recorded(data_folder() / "fmbench", np.random.default_rng(SEED))
