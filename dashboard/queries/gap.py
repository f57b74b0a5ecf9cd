"""Purpose-built against adapted, on the recorded runs that ship with reinfra."""

from importlib import resources

import numpy as np

from reinfra.gaps.recorded import compare_recorded
from reinfra.gaps.scorecard import Refusal, Scorecard, Side
from reinfra.model.randomness import SEED

NOTE = (
    "FMBench load-test runs of January 2024 (aws-samples/foundation-model-benchmarking-tool, MIT-0): "
    "old software stacks at low concurrency, shown as they were measured"
)


def comparisons() -> tuple[Scorecard | Refusal, ...]:
    """Takes about a second: 2,000 resamples of every stratum of every pair."""
    data = resources.files("reinfra.demo").joinpath("data/fmbench")
    with resources.as_file(data) as folder:
        return tuple(compare_recorded(folder, np.random.default_rng(SEED)))


def sides(found: tuple[Scorecard | Refusal, ...]) -> tuple[Side, ...]:
    """Every instance type that was compared, once."""
    named = {side.instance_type: side for one in found for side in (one.candidate, one.baseline)}
    return tuple(named[name] for name in sorted(named))
