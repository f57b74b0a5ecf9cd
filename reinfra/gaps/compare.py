"""Two instance types on the same work: naive, matched, per token and in dollars."""

from dataclasses import dataclass, field

import numpy as np

from reinfra.gaps.cost import CostGap, cost_gap, unknown_cost
from reinfra.gaps.effects import Effects, effects
from reinfra.gaps.forest import forest, sign_gates
from reinfra.gaps.gates import Rules, gates
from reinfra.gaps.matched import match
from reinfra.gaps.measures import compared
from reinfra.gaps.policy import ClassPolicy, default_policy
from reinfra.gaps.prices import Price, Prices
from reinfra.gaps.resample import OPTIMISTIC
from reinfra.gaps.runs import Runs
from reinfra.gaps.scorecard import Outcome, Refusal, Scorecard
from reinfra.gaps.sides import describe, title, unmatched

DRAWS = 2_000
WEIGHTS = "each stratum weighs its share of the matched rows of both sides together"


@dataclass(frozen=True, slots=True)
class Setting:
    """How comparisons are made.

    `slo_seconds` is the latency that a request must be answered within to count as good; None asks
    only that it be answered.
    """

    prices: Prices
    policy: ClassPolicy = field(default_factory=default_policy)
    rules: Rules = field(default_factory=Rules)
    slo_seconds: float | None = None
    draws: int = DRAWS


def compare(
    candidate: Runs, baseline: Runs, how: Setting, rng: np.random.Generator
) -> Scorecard | Refusal:
    """The candidate's rows against the baseline's; each holds one instance type."""
    matching = match(candidate, baseline, how.rules.least_rows)
    ours, theirs = (describe(runs, how.prices, how.policy) for runs in (candidate, baseline))
    checks = gates(ours, theirs, (candidate, baseline), matching, how.rules)
    if any(gate.outcome is Outcome.REFUSED for gate in checks):
        return Refusal(title(ours, theirs), ours, theirs, checks)
    found = tuple(effects(stratum, how.slo_seconds, how.draws, rng) for stratum in matching.strata)
    figures = compared(candidate, baseline, found, how.slo_seconds)
    naive, per_token = figures[0].figure, figures[2].figure
    rows = forest(found, per_token)
    comparable = all(gate.outcome is not Outcome.LIMITED for gate in checks)
    return Scorecard(
        title=title(ours, theirs),
        candidate=ours,
        baseline=theirs,
        comparable=comparable,
        verdict=_verdict(comparable=comparable),
        gates=(*checks, *sign_gates(naive, per_token, rows)),
        measures=figures,
        cost=_cost(ours.instance_type, theirs.instance_type, found, how.prices),
        strata=rows,
        dropped=matching.dropped,
        candidate_share=matching.candidate_share,
        baseline_share=matching.baseline_share,
        weights=WEIGHTS,
        interval_note=OPTIMISTIC,
        unmatched=tuple(unmatched(ours, theirs)),
    )


def _verdict(*, comparable: bool) -> str:
    if comparable:
        return "comparable at matched load, in this run: an association, not a cause"
    return (
        "not comparable as a whole; for the matched strata only, in this run: "
        "an association, not a cause"
    )


def _cost(candidate: str, baseline: str, found: tuple[Effects, ...], prices: Prices) -> CostGap:
    pair = _pair(candidate, baseline, prices)
    if isinstance(pair, str):
        return unknown_cost(pair)
    unmeasured = next((one.stratum.name for one in found if one.unmeasured), None)
    if unmeasured:
        return unknown_cost(
            f"in {unmeasured} no request of some rounds was answered: what they took is not in the file"
        )
    seconds = [np.column_stack([one.seconds_per_token[side] for one in found]) for side in (0, 1)]
    if not all(np.isfinite(column).all() for column in seconds):
        return unknown_cost("some resamples of a stratum hold no output token")
    weights = np.array([one.stratum.weight for one in found])
    return cost_gap(pair, (seconds[0], seconds[1]), weights)


def _pair(candidate: str, baseline: str, prices: Prices) -> tuple[Price, Price] | str:
    missing = [name for name in (candidate, baseline) if name not in prices]
    if missing:
        return f"no price is known for {' and '.join(missing)}"
    return prices[candidate], prices[baseline]
