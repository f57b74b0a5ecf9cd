"""How many of some trials pass by chance."""

import numpy as np

_EXACT = 2000


def interval(trials: float, passed: float, failed: float, chance: float) -> tuple[float, float]:
    """The lowest and highest number of passes that is not passed with `chance` on either side.

    Beta-binomial: the share is Beta(passed, failed). Summed exactly up to 2,000 trials; for more by the Beta
    distribution of the same mean and variance.
    """
    from scipy.special import betaincinv, betaln, gammaln

    if trials > _EXACT:
        whole = passed + failed
        spread = (whole + 1) * trials / (whole + trials) - 1  # of the Beta with that variance
        share = passed / whole
        ends = betaincinv(share * spread, (1 - share) * spread, [chance, 1 - chance])
        return float(np.floor(trials * ends[0])), float(np.ceil(trials * ends[1]))
    n = round(trials)
    k = np.arange(n + 1)
    ways = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
    chances = np.exp(ways + betaln(k + passed, n - k + failed) - betaln(passed, failed))
    low = int(np.searchsorted(np.cumsum(chances), chance, side="right"))
    high = n - int(np.searchsorted(np.cumsum(chances[::-1]), chance, side="right"))
    return float(low), float(high)
