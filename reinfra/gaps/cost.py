"""Dollars per million output tokens, and how much of the difference is price and how much is speed.

Additive LMDI (Ang, Energy Policy 33, 2005): with the logarithmic mean L(x, y) = (x - y) / ln(x / y), the
difference x - y of two products is the sum over their factors of L(x, y) times the log ratio of the
factor. It leaves no residual.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reinfra.gaps.figure import Draws, Figure, figure_of, relative, unknown
from reinfra.gaps.prices import Price

TOKENS = 1e6
HOUR_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class CostGap:
    """USD per million output tokens at matched load: difference = price part + throughput part.

    `residual` is what the parts leave over: rounding, and nothing else.
    """

    candidate: Figure
    baseline: Figure
    difference: Figure
    ratio: Figure
    price_part: Figure
    throughput_part: Figure
    residual: float | None


def unknown_cost(reason: str) -> CostGap:
    figure = unknown(reason)
    return CostGap(figure, figure, figure, figure, figure, figure, None)


def cost_gap(
    prices: tuple[Price, Price],
    seconds_per_token: tuple[NDArray[np.float64], NDArray[np.float64]],
    weights: NDArray[np.float64],
) -> CostGap:
    """Prices and paid seconds per token ([draw, stratum]) of the candidate and of the baseline."""
    usd = [
        price.usd_per_hour / HOUR_SECONDS * TOKENS * seconds
        for price, seconds in zip(prices, seconds_per_token, strict=True)
    ]
    candidate, baseline = usd[0] @ weights, usd[1] @ weights
    shared = log_mean(usd[0], usd[1])
    price_part = shared @ weights * np.log(prices[0].usd_per_hour / prices[1].usd_per_hour)
    throughput_part = (shared * np.log(seconds_per_token[0] / seconds_per_token[1])) @ weights
    left_over: Draws = candidate - baseline - price_part - throughput_part
    return CostGap(
        figure_of(candidate),
        figure_of(baseline),
        figure_of(candidate - baseline),
        relative(np.log(candidate / baseline)),
        figure_of(price_part),
        figure_of(throughput_part),
        float(left_over[0]),
    )


def log_mean(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """The logarithmic mean of positive numbers; of two equal ones it is that number."""
    change = np.log(x / y)
    near = np.abs(change) < 1e-6  # noqa: PLR2004 - the quotient loses its digits; the error is change^2 / 24
    return np.where(near, (x + y) / 2, (x - y) / np.where(near, 1.0, change))
