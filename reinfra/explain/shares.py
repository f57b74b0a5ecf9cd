"""How much each series contributes to an incident, and each channel to an anomaly of many."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from detectors.multivariate import Multivariate
from reinfra.model import SeriesBlock
from reinfra.store.anomalies import StoredAnomaly

_LARGEST = 1e3  # times its threshold: beyond, a score says only that it is large


@dataclass(frozen=True, slots=True)
class Contribution:
    """A series' share of the whole, 0 to 1."""

    series: str
    share: float


def of_incident(found: Iterable[StoredAnomaly]) -> tuple[Contribution, ...]:
    """Each series' share of the sum of squares of scores over thresholds, of its worst anomaly; largest first."""
    worst: dict[str, float] = defaultdict(float)
    for one in found:
        least = one.found.threshold if one.found.threshold > 0 else 1.0
        times = min(one.found.score / least, _LARGEST)
        key = str(one.found.key)
        worst[key] = max(worst[key], times)
    whole = sum(each**2 for each in worst.values())
    shares = (Contribution(key, each**2 / whole if whole else 0.0) for key, each in worst.items())
    return tuple(sorted(shares, key=lambda one: (-one.share, one.series)))


def of_channels(block: SeriesBlock, row: int, column: int) -> tuple[Contribution, ...]:
    """Shares of the channels of a host in a multivariate score; empty where no host of them was scored."""
    shares = Multivariate().contributions(block, row, column)
    return tuple(Contribution(str(block.keys[one]), share) for one, share in shares)
