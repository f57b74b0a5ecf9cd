"""What a spreadsheet would say: every row of a side in one heap, whatever work it was."""

from collections.abc import Callable

import numpy as np

from reinfra.gaps.cost import HOUR_SECONDS, TOKENS
from reinfra.gaps.figure import Figure, unknown
from reinfra.gaps.prices import Prices
from reinfra.gaps.runs import Runs

MIXED = "it mixes different work, which no interval would show"


def pooled(candidate: Runs, baseline: Runs, prices: Prices) -> dict[str, Figure]:
    """By measure; relative to the baseline, of shares the difference. Only rows that have a value count."""
    return {
        "latency": _relative(lambda runs: float(np.nanmedian(runs.latency)), candidate, baseline),
        "time_per_token": _relative(_time_per_token, candidate, baseline),
        "answered": _difference(candidate, baseline),
        "usd_per_million_output_tokens": _relative(
            lambda runs: _usd(runs, prices), candidate, baseline
        ),
    }


def _relative(of: Callable[[Runs], float], candidate: Runs, baseline: Runs) -> Figure:
    with np.errstate(divide="ignore", invalid="ignore"):
        change = of(candidate) / of(baseline) - 1
    return Figure(change, reason=MIXED) if np.isfinite(change) else unknown("a side has no value")


def _time_per_token(runs: Runs) -> float:
    return float(np.nanmedian(runs.time_per_token))


def _difference(candidate: Runs, baseline: Runs) -> Figure:
    shares = [
        float(side.successes.sum() / side.concurrency.sum()) for side in (candidate, baseline)
    ]
    return Figure(shares[0] - shares[1], reason=MIXED)


def _usd(runs: Runs, prices: Prices) -> float:
    """Summed seconds over summed tokens, at the price; NaN without one."""
    price = prices.get(str(runs.instance_type[0]))
    usd = price.usd_per_hour / HOUR_SECONDS if price else np.nan
    return usd * TOKENS * float(np.nansum(runs.latency) / runs.output_tokens.sum())
