"""A comparison in plain lines for a terminal."""

from collections.abc import Iterator

from reinfra.gaps.cost import CostGap
from reinfra.gaps.figure import Figure
from reinfra.gaps.scorecard import Gate, Measure, Outcome, Refusal, Scorecard, StratumRow, Unit


def lines(result: Scorecard | Refusal) -> Iterator[str]:
    """The whole result, one sentence or table row per line."""
    yield result.title
    if isinstance(result, Refusal):
        yield from (f"  refused: {reason}" for reason in result.reasons)
        return
    yield f"  {result.candidate.infrastructure} against {result.baseline.infrastructure}"
    yield f"  {result.verdict}"
    yield from (f"  {_measure(measure)}" for measure in result.measures)
    yield from (f"  {line}" for line in _cost(result.cost))
    yield from (f"  {_flag(gate)}" for gate in result.gates if gate.outcome is not Outcome.PASSED)
    yield "  strata, time per output token at matched load:"
    yield from (f"    {_stratum(row)}" for row in result.strata)
    yield f"  weights: {result.weights}"
    yield f"  intervals: {result.interval_note}"
    yield f"  not matched: {'; '.join(result.unmatched)}"


def summary(result: Scorecard | Refusal) -> str:
    """One line: the figures that decide, or why there are none."""
    if isinstance(result, Refusal):
        return f"{result.title}: refused: {'; '.join(result.reasons)}"
    naive, per_token = result.measure("naive_latency"), result.measure("time_per_token")
    limits = "" if result.comparable else " (matched strata only, not comparable as a whole)"
    return (
        f"{result.title}: latency naively {percent(naive.figure)}; "
        f"time per output token at matched load{limits}, in this run: {percent(per_token.figure)}"
    )


def percent(figure: Figure) -> str:
    """Such as "-28 % [-34, -23]", or the reason why there is no number."""
    if figure.value is None:
        return f"unknown: {figure.reason}"
    text = f"{100 * figure.value:+.0f} %"
    if figure.low is None or figure.high is None:
        return text
    return f"{text} [{100 * figure.low:+.0f}, {100 * figure.high:+.0f}]"


def dollars(figure: Figure) -> str:
    """Such as "121.98 [117.20, 127.01]", or the reason why there is no number."""
    if figure.value is None:
        return f"unknown: {figure.reason}"
    if figure.low is None or figure.high is None:
        return f"{figure.value:.2f}"
    return f"{figure.value:.2f} [{figure.low:.2f}, {figure.high:.2f}]"


def _measure(measure: Measure) -> str:
    load = "at matched load" if measure.matched else "naive, not at matched load"
    unit = " points" if measure.unit is Unit.SHARE_DIFFERENCE else ""
    return f"{measure.title}, {load}: {percent(measure.figure)}{unit}{_why_alone(measure.figure)}"


def _why_alone(figure: Figure) -> str:
    if figure.value is None or figure.low is not None:
        return ""
    return f" (no interval: {figure.reason})"


def _cost(cost: CostGap) -> Iterator[str]:
    if cost.difference.value is None:
        yield f"USD per million output tokens: {dollars(cost.difference)}"
        return
    yield (
        "USD per million output tokens, at matched load: "
        f"{dollars(cost.candidate)} against {dollars(cost.baseline)}"
    )
    yield (
        f"  difference {dollars(cost.difference)} = price part {dollars(cost.price_part)} "
        f"+ throughput part {dollars(cost.throughput_part)}"
    )


def _flag(gate: Gate) -> str:
    return f"{gate.outcome}: {gate.reason}"


def _stratum(row: StratumRow) -> str:
    rows = f"{row.candidate_rows} and {row.baseline_rows} rows"
    figure = row.time_per_token
    against = ", against the whole" if row.opposite else ""
    return f"{row.payload} x {row.concurrency} ({rows}): {percent(figure)}{_why_alone(figure)}{against}"
