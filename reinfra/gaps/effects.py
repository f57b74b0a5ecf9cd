"""What one stratum says, as measured and in every resample of its rows."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reinfra.gaps.figure import Draws
from reinfra.gaps.matched import Stratum
from reinfra.gaps.resample import Multiplicity, request_median, resample, total
from reinfra.gaps.runs import Runs

Pair = tuple[Draws, Draws]
"""The candidate's and the baseline's."""


@dataclass(frozen=True, slots=True, eq=False)
class Effects:
    """Every array is [1 + draws], all from the same draws, which keeps the measures' correlation.

    `latency` and `time_per_token` are log ratios of medians, candidate over baseline, not finite where
    a median is not. `seconds_per_token` is summed seconds over summed output tokens, NaN where a round
    has no latency. `good_share` is the share of requests answered within the objective.
    """

    stratum: Stratum
    latency: Draws
    time_per_token: Draws
    seconds_per_token: Pair
    good_share: Pair

    @property
    def sides(self) -> tuple[Runs, Runs]:
        return self.stratum.candidate, self.stratum.baseline

    @property
    def unmeasured(self) -> bool:
        """Whether some round has no latency, because nothing in it was answered."""
        return any(bool(np.isnan(runs.latency).any()) for runs in self.sides)

    @property
    def why_no_median(self) -> str:
        """The reason why a median of this stratum has no finite value."""
        for runs in self.sides:
            failed, sent = int(runs.errors.sum()), int(runs.concurrency.sum())
            if 2 * failed >= sent:
                return (
                    f"{runs.instance_type[0]} failed {failed} of {sent} requests in "
                    f"{self.stratum.name}: the median request there has no finite time"
                )
        return f"the median in {self.stratum.name} is not finite: rounds without an output token"


def effects(
    stratum: Stratum, slo_seconds: float | None, draws: int, rng: np.random.Generator
) -> Effects:
    sides = stratum.candidate, stratum.baseline
    times = resample(len(sides[0]), draws, rng), resample(len(sides[1]), draws, rng)
    objective = np.inf if slo_seconds is None else slo_seconds
    good = [_good_share(runs, drawn, objective) for runs, drawn in zip(sides, times, strict=True)]
    paid = [_seconds_per_token(runs, drawn) for runs, drawn in zip(sides, times, strict=True)]
    return Effects(
        stratum,
        _log_ratio(sides, times, (sides[0].latency, sides[1].latency)),
        _log_ratio(sides, times, (sides[0].time_per_token, sides[1].time_per_token)),
        (paid[0], paid[1]),
        (good[0], good[1]),
    )


def _log_ratio(
    sides: tuple[Runs, Runs],
    times: tuple[Multiplicity, Multiplicity],
    per_round: tuple[NDArray[np.float64], NDArray[np.float64]],
) -> Draws:
    ours, theirs = map(request_median, sides, per_round, times)
    with np.errstate(invalid="ignore"):
        return np.log(ours) - np.log(theirs)


def _seconds_per_token(runs: Runs, times: Multiplicity) -> Draws:
    with np.errstate(divide="ignore", invalid="ignore"):
        return total(runs.latency, times) / total(runs.output_tokens, times)


def _good_share(runs: Runs, times: Multiplicity, objective: float) -> Draws:
    """A failed request is a miss; a round's answers are judged together, by their mean latency."""
    good = np.where(runs.latency <= objective, runs.successes, 0)
    return total(good, times) / total(runs.concurrency, times)


def combined(parts: list[Draws], strata: list[Stratum]) -> Draws:
    """The weighted sum over strata."""
    weights = np.array([stratum.weight for stratum in strata])
    return np.asarray(np.column_stack(parts) @ weights, np.float64)
