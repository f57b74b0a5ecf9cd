"""What moving part of a workload would save: at matched load, with its interval, limits and conditions."""

from dataclasses import dataclass

from reinfra.errors import InputError
from reinfra.gaps.cost import TOKENS
from reinfra.gaps.figure import Figure, unknown
from reinfra.gaps.scorecard import Scorecard

MONTH_SECONDS = 365.25 / 12 * 86_400.0


@dataclass(frozen=True, slots=True)
class Plan:
    """`move` is the share of the output tokens, 0 to 1; tokens are those of the whole workload in a month.

    `instances` is how many of the candidate can be had (None: as many as needed), each loaded to
    `utilization` of the throughput that was measured. `baseline_utilization` is that of the present fleet.
    """

    move: float
    tokens_per_month: float
    instances: int | None = None
    utilization: float = 0.8
    baseline_utilization: float = 0.8
    migration_usd: float = 0.0

    def __post_init__(self) -> None:
        shares = {"--move": self.move, "--utilization": self.utilization}
        shares["--baseline-utilization"] = self.baseline_utilization
        for name, share in shares.items():
            if not 0 < share <= 1:
                raise InputError(
                    "a share is above 0 and at most 1", where=name, why=f"got {share:g}"
                )
        if not self.tokens_per_month > 0 or self.migration_usd < 0:
            raise InputError("tokens must be above 0 and costs not below it")


@dataclass(frozen=True, slots=True)
class WhatIf:
    """Figures are per month. `moved` is the share that can move: asked, in matched strata, within capacity.

    `break_even_utilization` is how loaded the candidate must be to cost what the baseline does; above 1 it
    never does. `payback_months` is the migration's cost over the saving.
    """

    asked: float
    movable: float
    capacity: float | None
    moved: float
    limit: str
    saving_usd: Figure
    instances_needed: float | None
    break_even_utilization: Figure
    payback_months: Figure
    migration_usd: float
    notes: tuple[str, ...]


def what_if(card: Scorecard, plan: Plan) -> WhatIf:
    """Only work that both sides were measured on is moved; a token elsewhere has no known cost."""
    per_instance = _tokens_per_instance(card, plan)
    capacity = None
    if plan.instances is not None and per_instance:
        capacity = plan.instances * per_instance / plan.tokens_per_month
    limits = {"as asked": plan.move, "matched strata": card.baseline_share}
    if capacity is not None:
        limits["capacity"] = capacity
    limit = min(limits, key=lambda name: limits[name])
    moved = limits[limit]
    saving = _saving(card, plan, moved)
    return WhatIf(
        plan.move,
        card.baseline_share,
        capacity,
        moved,
        limit,
        saving,
        moved * plan.tokens_per_month / per_instance if per_instance else None,
        _scaled(_times(card.cost.ratio), plan.baseline_utilization),
        _payback(saving, plan.migration_usd),
        plan.migration_usd,
        tuple(_notes(card)),
    )


def _saving(card: Scorecard, plan: Plan, moved: float) -> Figure:
    """Costs at the measured throughput, each side at its own utilization."""
    cost = card.cost
    million = moved * plan.tokens_per_month / TOKENS
    if plan.utilization == plan.baseline_utilization:
        return _scaled(cost.difference, -million / plan.utilization)
    ours, theirs = cost.candidate, cost.baseline
    if ours.value is None or theirs.value is None:
        return unknown(cost.difference.reason)
    value = million * (theirs.value / plan.baseline_utilization - ours.value / plan.utilization)
    if None in {ours.low, ours.high, theirs.low, theirs.high}:
        return Figure(value, reason=ours.reason or theirs.reason)
    return Figure(value, *_joined(value, ours, theirs, plan, million))


def _joined(
    value: float, ours: Figure, theirs: Figure, plan: Plan, million: float
) -> tuple[float, float]:
    """MOVER: independent sides, each with its own reach."""
    mine, other = million / plan.utilization, million / plan.baseline_utilization
    less = ((other * _reach(theirs, -1)) ** 2 + (mine * _reach(ours, 1)) ** 2) ** 0.5
    more = ((other * _reach(theirs, 1)) ** 2 + (mine * _reach(ours, -1)) ** 2) ** 0.5
    return value - less, value + more


def _reach(figure: Figure, sign: int) -> float:
    end = figure.high if sign > 0 else figure.low
    return 0.0 if end is None or figure.value is None else abs(end - figure.value)


def _tokens_per_instance(card: Scorecard, plan: Plan) -> float | None:
    """Output tokens of one candidate instance in a month, from its price and its cost per token."""
    usd, per_million = card.candidate.usd_per_hour, card.cost.candidate.value
    if usd is None or not per_million:
        return None
    return usd * MONTH_SECONDS / 3600 / per_million * TOKENS * plan.utilization


def _times(change: Figure) -> Figure:
    """A ratio from a relative change."""
    if change.value is None:
        return change
    if change.low is None or change.high is None:
        return Figure(1 + change.value, reason=change.reason)
    return Figure(1 + change.value, 1 + change.low, 1 + change.high, change.level)


def _scaled(figure: Figure, factor: float) -> Figure:
    if figure.value is None:
        return figure
    if figure.low is None or figure.high is None:
        return Figure(factor * figure.value, reason=figure.reason)
    low, high = sorted((factor * figure.low, factor * figure.high))
    return Figure(factor * figure.value, low, high, figure.level)


def _payback(saving: Figure, migration: float) -> Figure:
    if saving.value is None:
        return unknown(saving.reason)
    if saving.value <= 0:
        return unknown("nothing is saved: the migration is never paid back")
    months = migration / saving.value
    if saving.low is None or saving.high is None:
        return Figure(months, reason=saving.reason)
    if saving.low <= 0:
        return Figure(months, reason="the saving may be nothing: there is no upper bound")
    return Figure(months, migration / saving.high, migration / saving.low, saving.level)


def _notes(card: Scorecard) -> list[str]:
    notes = [
        "an association in these runs: other traffic, batching and versions would cost otherwise"
    ]
    if not card.comparable:
        notes.append(card.gate("overlap").reason)
    return [*notes, *(f"not matched: {one}" for one in card.unmatched)]
