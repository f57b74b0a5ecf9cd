"""What is compared: latency, time per output token, and the share of requests answered."""

from dataclasses import replace

import numpy as np

from reinfra.gaps.effects import Effects, combined
from reinfra.gaps.figure import Draws, Figure, figure_of, relative, unknown
from reinfra.gaps.runs import Runs
from reinfra.gaps.scorecard import Measure, Unit

NAIVE_LATENCY = "naive_latency"
LATENCY = "latency"
TIME_PER_TOKEN = "time_per_token"  # noqa: S105 - the name of a measure, no secret
ANSWERED = "answered"


def compared(
    candidate: Runs, baseline: Runs, found: tuple[Effects, ...], slo_seconds: float | None
) -> tuple[Measure, ...]:
    """The naive figure first, so that a reader meets it beside the matched ones."""
    return (
        _naive_latency(candidate, baseline),
        Measure(
            LATENCY,
            "Latency per request",
            "weighted mean over strata of the log ratio of median latencies",
            Unit.RELATIVE,
            "up",
            matched=True,
            figure=matched_median(found, [one.latency for one in found]),
        ),
        Measure(
            TIME_PER_TOKEN,
            "Time per output token",
            "as latency, of latency x concurrency / output tokens of the round",
            Unit.RELATIVE,
            "up",
            matched=True,
            figure=matched_median(found, [one.time_per_token for one in found]),
        ),
        _answered(found, slo_seconds),
    )


def matched_median(found: tuple[Effects, ...], log_ratios: list[Draws]) -> Figure:
    """The strata combined; unknown as soon as one of them is, for leaving it out would flatter a side."""
    for one, ratio in zip(found, log_ratios, strict=True):
        if not np.isfinite(ratio[0]):
            return unknown(one.why_no_median)
    return relative(combined(log_ratios, [one.stratum for one in found]))


def _naive_latency(candidate: Runs, baseline: Runs) -> Measure:
    ours, theirs = (float(np.nanmedian(runs.latency)) for runs in (candidate, baseline))
    return Measure(
        NAIVE_LATENCY,
        "Latency per request, pooled",
        "ratio of the medians over all rows that have a latency: what a spreadsheet gives",
        Unit.RELATIVE,
        "up",
        matched=False,
        figure=Figure(
            ours / theirs - 1, reason="it mixes different work, which no interval would show"
        ),
    )


def _answered(found: tuple[Effects, ...], slo_seconds: float | None) -> Measure:
    within = "" if slo_seconds is None else f" within {slo_seconds:g} s"
    gap = combined(
        [one.good_share[0] - one.good_share[1] for one in found], [one.stratum for one in found]
    )
    rounds = min(sum(len(one.sides[side]) for one in found) for side in (0, 1))
    return Measure(
        ANSWERED,
        f"Requests answered{within}",
        "weighted mean over strata of the difference in shares; a failed request is a miss",
        Unit.SHARE_DIFFERENCE,
        "down",
        matched=True,
        figure=_bounded(figure_of(gap), rounds),
    )


def _bounded(figure: Figure, rounds: int) -> Figure:
    """Resampling cannot bound what the rows never showed; the exact bound for 0 of n rounds can."""
    if figure.low is not None or figure.value is None:
        return figure
    most = 1 - 0.05 ** (1 / rounds)
    return replace(
        figure,
        reason=f"it is the same in all {rounds} rounds of a side, which leaves up to {most:.1%} "
        "of rounds that differ possible (one-sided, 95 %)",
    )
