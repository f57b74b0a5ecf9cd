"""Comparisons as tables and as lines of a chart."""

from collections.abc import Sequence

import pandas as pd

from dashboard.charts.intervals import Line
from dashboard.charts.waterfall import Part
from dashboard.format import percent, signed, usd
from dashboard.text import cell, plain
from reinfra.gaps.figure import Figure
from reinfra.gaps.scorecard import Measure, Refusal, Scorecard, Side, StratumRow, Unit
from reinfra.signals.wording import UNKNOWN


def relative(figure: Figure) -> str:
    """-28 %; unknown where there is no number."""
    return UNKNOWN if figure.value is None else signed(round(100 * figure.value, 1), "%")


def interval(figure: Figure, *, factor: float = 100.0, unit: str = "%") -> str:
    """95 %: -33.3 to -23.1 %, or why there is none."""
    if figure.low is None or figure.high is None:
        return figure.reason
    low, high = (signed(round(factor * end, 1)) for end in (figure.low, figure.high))
    return f"{figure.level:.0%} interval {low} to {high} {unit}".rstrip()


def forest(card: Scorecard) -> list[Line]:
    """Time per output token, stratum by stratum in percent, and matched over all of them at the end."""
    rows = [_stratum(row) for row in card.strata]
    whole = card.measure("time_per_token").figure
    last = [] if whole.value is None else [_line("all, matched", whole, total=True)]
    return [row for row in rows if row is not None] + last


def steps(card: Scorecard) -> tuple[Part, list[Part], Part] | None:
    """From the baseline's cost to the candidate's; None where one of the parts is unknown."""
    cost = card.cost
    figures = (cost.baseline, cost.price_part, cost.throughput_part, cost.candidate)
    known = [figure.value for figure in figures if figure.value is not None]
    if len(known) < len(figures):
        return None
    baseline, price, throughput, candidate = known
    parts = [Part("price", price), Part("throughput", throughput)]
    return _side(card.baseline, baseline), parts, _side(card.candidate, candidate)


def measures(card: Scorecard) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "measure": cell(one.title),
            "candidate against baseline": _measured(one),
            "interval": interval(one.figure, unit=_unit(one)),
            "matched": one.matched,
            "definition": cell(one.definition),
        }
        for one in card.measures
    )


def gates(result: Scorecard | Refusal) -> pd.DataFrame:
    return pd.DataFrame(
        {"check": cell(gate.name), "outcome": str(gate.outcome), "reason": cell(gate.reason, 500)}
        for gate in result.gates
    )


def strata(card: Scorecard) -> pd.DataFrame:
    """Those that were compared, then those that were dropped and why."""
    kept = [
        {
            "input": cell(row.payload),
            "concurrency": row.concurrency,
            "candidate rows": row.candidate_rows,
            "baseline rows": row.baseline_rows,
            "weight": percent(row.weight),
            "time per token": relative(row.time_per_token),
            "note": "contradicts the whole" if row.opposite else interval(row.time_per_token),
        }
        for row in card.strata
    ]
    dropped = [
        {
            "input": cell(row.payload),
            "concurrency": row.concurrency,
            "candidate rows": row.candidate_rows,
            "baseline rows": row.baseline_rows,
            "weight": "dropped",
            "time per token": "",
            "note": cell(row.reason),
        }
        for row in card.dropped
    ]
    return pd.DataFrame([*kept, *dropped])


def refusals(found: Sequence[Scorecard | Refusal]) -> pd.DataFrame:
    return pd.DataFrame(
        {"comparison": cell(one.title), "refused because": cell(reason, 500)}
        for one in found
        if isinstance(one, Refusal)
        for reason in one.reasons
    )


def instances(sides: Sequence[Side]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "instance type": cell(side.instance_type),
            "class": str(side.infrastructure),
            "because": cell(side.class_reason),
            "policy": cell(side.class_policy),
            "USD / hour": UNKNOWN if side.usd_per_hour is None else usd(side.usd_per_hour),
            "price from": cell(side.price_source),
        }
        for side in sides
    )


def _stratum(row: StratumRow) -> Line | None:
    if row.time_per_token.value is None:
        return None
    label = f"{plain(row.payload).removeprefix('payload_en_')} tokens, {row.concurrency} at once"
    return _line(label, row.time_per_token, warned=row.opposite)


def _line(label: str, figure: Figure, *, total: bool = False, warned: bool = False) -> Line:
    low, high = (None if end is None else round(100 * end, 1) for end in (figure.low, figure.high))
    return Line(label, round(100 * (figure.value or 0.0), 1), low, high, total, warned)


def _side(side: Side, usd_per_million: float) -> Part:
    return Part(plain(side.instance_type.removeprefix("ml.")), usd_per_million)


def _measured(one: Measure) -> str:
    if one.unit is Unit.RELATIVE or one.figure.value is None:
        return relative(one.figure)
    return signed(round(100 * one.figure.value, 1), "pp")


def _unit(one: Measure) -> str:
    return "%" if one.unit is Unit.RELATIVE else "pp"
