"""A comparison of two instance types as one JSON document: per measure, pooled beside matched."""

from collections.abc import Iterator
from typing import Any

from reinfra.gaps.cost import CostGap
from reinfra.gaps.figure import Figure
from reinfra.gaps.gates import Rules
from reinfra.gaps.pooled import pooled
from reinfra.gaps.prices import Prices
from reinfra.gaps.runs import Runs
from reinfra.gaps.scorecard import Outcome, Refusal, Scorecard, StratumRow, Unit, to_json

COST = "usd_per_million_output_tokens"


def document(
    result: Scorecard | Refusal, sides: tuple[Runs, Runs], prices: Prices, rules: Rules
) -> dict[str, Any]:
    """Plain values. `sides` are the candidate's and the baseline's rows; a change is candidate / baseline - 1."""
    said = to_json(result)
    card = result if isinstance(result, Scorecard) else None
    return {
        "kind": said["kind"],
        "title": result.title,
        "comparable": bool(card and card.comparable),
        "verdict": card.verdict if card else f"refused: {'; '.join(said['reasons'])}",
        "candidate": said["candidate"],
        "baseline": said["baseline"],
        "measures": list(_measures(card, sides, prices)) if card else [],
        "overlap": _overlap(card, rules) if card else None,
        "strata": _strata(card) if card else {"used": [], "dropped": [], "sign_flipping": []},
        "decomposition": _decomposition(card.cost) if card else None,
        "refused": list(_refused(result)),
        "flags": [
            {"check": gate.name, "reason": gate.reason}
            for gate in result.gates
            if gate.outcome in {Outcome.FLAGGED, Outcome.LIMITED}
        ],
        "gates": said["gates"],
        "weights": card.weights if card else "",
        "interval_note": card.interval_note if card else "",
        "unmatched": list(card.unmatched) if card else [],
    }


def _measures(
    card: Scorecard, sides: tuple[Runs, Runs], prices: Prices
) -> Iterator[dict[str, Any]]:
    naive = pooled(*sides, prices)
    for one in card.measures:
        if one.matched:
            shape = _ratio if one.unit is Unit.RELATIVE else _value
            yield {
                "name": one.name,
                "title": one.title,
                "definition": one.definition,
                "unit": one.unit.value,
                "worse": one.worse,
                "pooled": shape(naive[one.name]),
                "matched": shape(one.figure),
            }
    yield {
        "name": COST,
        "title": "USD per million output tokens",
        "definition": "price x summed seconds / summed output tokens, weighted over strata",
        "unit": Unit.RELATIVE.value,
        "worse": "up",
        "pooled": _ratio(naive[COST]),
        "matched": _ratio(card.cost.ratio),
    }


def _ratio(figure: Figure) -> dict[str, Any]:
    """The ratio with the interval of the ratio, and both as a change from one."""
    ends = {"": figure.value, "_low": figure.low, "_high": figure.high}
    plus = {name: None if end is None else 1 + end for name, end in ends.items()}
    return {
        "ratio": plus[""],
        "low": plus["_low"],
        "high": plus["_high"],
        **{f"change{name}": end for name, end in ends.items()},
        "level": figure.level,
        "reason": figure.reason,
    }


def _overlap(card: Scorecard, rules: Rules) -> dict[str, Any]:
    return {
        "candidate": card.candidate_share,
        "baseline": card.baseline_share,
        "least": rules.least_share,
        "comparable": min(card.candidate_share, card.baseline_share) >= rules.least_share,
        "reason": card.gate("overlap").reason,
    }


def _strata(card: Scorecard) -> dict[str, Any]:
    return {
        "used": [_stratum(row) for row in card.strata],
        "dropped": [
            {
                "payload": row.payload,
                "concurrency": row.concurrency,
                "candidate_rows": row.candidate_rows,
                "baseline_rows": row.baseline_rows,
                "reason": row.reason,
            }
            for row in card.dropped
        ],
        "sign_flipping": [
            f"{row.payload} x {row.concurrency}" for row in card.strata if row.opposite
        ],
        "pooled_sign_wrong": card.gate("naive sign").outcome is Outcome.FLAGGED,
    }


def _stratum(row: StratumRow) -> dict[str, Any]:
    return {
        "payload": row.payload,
        "concurrency": row.concurrency,
        "candidate_rows": row.candidate_rows,
        "baseline_rows": row.baseline_rows,
        "candidate_failed": row.candidate_failed,
        "baseline_failed": row.baseline_failed,
        "weight": row.weight,
        "latency": _ratio(row.latency),
        "time_per_token": _ratio(row.time_per_token),
        "sign_flipping": row.opposite,
    }


def _decomposition(cost: CostGap) -> dict[str, Any]:
    """In USD per million output tokens at matched load: the parts sum to the difference."""
    return {
        "of": COST,
        "candidate": _value(cost.candidate),
        "baseline": _value(cost.baseline),
        "difference": _value(cost.difference),
        "parts": {"price": _value(cost.price_part), "throughput": _value(cost.throughput_part)},
        "residual": cost.residual,
    }


def _value(figure: Figure) -> dict[str, Any]:
    return {
        "value": figure.value,
        "low": figure.low,
        "high": figure.high,
        "level": figure.level,
        "reason": figure.reason,
    }


def _refused(result: Scorecard | Refusal) -> Iterator[dict[str, str]]:
    """The whole pair, or the single measures that have no value."""
    if isinstance(result, Refusal):
        yield from (
            {"what": "comparison", "check": gate.name, "reason": gate.reason}
            for gate in result.gates
            if gate.outcome is Outcome.REFUSED
        )
        return
    figures = {one.name: one.figure for one in result.measures} | {COST: result.cost.difference}
    yield from (
        {"what": name, "check": "value", "reason": figure.reason}
        for name, figure in figures.items()
        if figure.value is None
    )
    if not result.comparable:
        gate = result.gate("overlap")
        yield {"what": "comparison as a whole", "check": gate.name, "reason": gate.reason}
