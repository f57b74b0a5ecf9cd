"""The gap between two fleets' quantiles, from samples or from merged identical buckets.

The interval is made for the share below the quantile and turned into log units through the distribution
itself (Woodruff, J. Am. Stat. Assoc. 47, 1952); the sides are joined by MOVER (Zou & Donner, Stat. Med.
27, 2008), so that a long tail has a long side.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from reinfra.gaps.figure import LEVEL, Figure, unknown
from reinfra.gaps.fleet_interval import FleetGap, spread
from reinfra.gaps.fleet_rules import Diagnostics, Standing, Target, Window, notes, refused, standing
from reinfra.gaps.spectrum import HOURS_PER_DAY, drift_p, hour_correlation, independent_hours

Floats = NDArray[np.float64]
TAIL_NODES, LEAST_TAIL_NODES, TAIL_FROM = 3, 8, 0.9
ROUNDS = 3


Pair = tuple[Floats, Floats]


@dataclass(frozen=True, slots=True, eq=False)
class Distribution:
    """Counts [node, hour, bin] between `edges` (one more than bins, from 0 on, the last may be infinite).

    `whole` [bin] is their sum over nodes and hours.
    """

    counts: Floats
    edges: Floats
    whole: Floats

    @classmethod
    def of(cls, counts: Floats, edges: Floats) -> "Distribution":
        return cls(counts, edges, counts.sum(axis=(0, 1)))

    @classmethod
    def of_samples(cls, values: Floats, bins: int = 4_096) -> "Distribution":
        """Of samples [node, hour, sample], NaN absent, in logarithmic bins so fine that they do not matter."""
        known = values[np.isfinite(values) & (values > 0)]
        edges = np.geomspace(known.min() * 0.999, known.max() * 1.001, bins)
        return cls._counted(values, edges)

    @classmethod
    def _counted(cls, values: Floats, edges: Floats) -> "Distribution":
        nodes, hours, _ = values.shape
        cell = np.repeat(np.arange(nodes * hours), values.shape[2])
        ok = np.isfinite(values.ravel())
        place = np.clip(np.searchsorted(edges, values.ravel()[ok]) - 1, 0, len(edges) - 2)
        flat = np.bincount(
            cell[ok] * (len(edges) - 1) + place, minlength=nodes * hours * (len(edges) - 1)
        )
        return cls.of(flat.reshape(nodes, hours, -1).astype(np.float64), edges)

    def log_quantile(self, share: float) -> float:
        """Interpolated inside its bin; that of the last, open bin is its lower edge."""
        below, place = self._place(share)
        low, high = self.edges[place], self.edges[place + 1]
        if not np.isfinite(high):
            return float(np.log(low))
        part = (share * self.whole.sum() - below) / max(self.whole[place], 1e-300)
        return float(np.log(max(low + (high - low) * float(np.clip(part, 0, 1)), 1e-300)))

    def bin_ends(self, share: float) -> tuple[float, float]:
        """The logs of the edges that the quantile lies between: what a wide bucket leaves open."""
        _, place = self._place(share)
        with np.errstate(divide="ignore"):
            return float(np.log(self.edges[place])), float(np.log(self.edges[place + 1]))

    def below(self, share: float) -> Floats:
        """Scores [node, hour] of the share below the quantile, which sum to zero."""
        _, place = self._place(share)
        here, whole = self.counts.sum(axis=2), float(self.whole.sum())
        inside = (share * whole - self.whole[:place].sum()) / max(self.whole[place], 1e-300)
        under = self.counts[:, :, :place].sum(axis=2) + inside * self.counts[:, :, place]
        return np.asarray((under - share * here) / whole, np.float64)

    def tail_nodes(self, share: float) -> float:
        """On how many equal nodes the samples beyond the quantile would lie."""
        _, place = self._place(share)
        beyond = slice(place, None) if share >= 0.5 else slice(0, place + 1)  # noqa: PLR2004 - the median
        tail = self.counts[:, :, beyond].sum(axis=(1, 2))
        return float(tail.sum() ** 2 / max((tail**2).sum(), 1e-300))

    def _place(self, share: float) -> tuple[float, int]:
        """How many lie below the bin of the quantile, and its number."""
        reached = np.cumsum(self.whole)
        place = int(np.searchsorted(reached, share * reached[-1]))
        return float(reached[place - 1]) if place else 0.0, min(place, len(reached) - 1)


Sides = tuple[Distribution, Distribution]


def quantile_gap(
    candidate: Distribution,
    baseline: Distribution,
    share: float,
    *,
    target: Target = Target.KIND,
    level: float = LEVEL,
) -> FleetGap:
    """The log ratio of two quantiles. What a bucket leaves open is added to the interval, never hidden."""
    sides = _whole_days(candidate), _whole_days(baseline)
    active = [side.counts.any(axis=(0, 2)) for side in (candidate, baseline)]
    window = Window(len(candidate.counts), len(baseline.counts), int((active[0] & active[1]).sum()))
    if not all(side.whole.sum() > 0 for side in sides):
        return FleetGap(unknown("a fleet has no sample"), target, Standing.REFUSED, ())
    value = sides[0].log_quantile(share) - sides[1].log_quantile(share)
    if why := refused(window, target) or _thin(sides, share, target):
        return FleetGap(Figure(value, reason=why), target, Standing.REFUSED, ())
    own = sides[0].below(share), sides[1].below(share)
    bands = _bands(sides, own, share, target, level)
    if isinstance(bands, str):
        return FleetGap(Figure(value, reason=bands), target, Standing.REFUSED, ())
    (scores, df), (low, high) = bands
    less, more = _left_open(sides, share)
    if not np.isfinite([less, more]).all():
        why = "a quantile lies in the lowest or the open last bucket, which bounds it on one side only"
        return FleetGap(Figure(value, reason=why), target, Standing.REFUSED, ())
    seen = _diagnostics(scores, target)
    figure = Figure(value, value - low - less, value + high + more, level)
    return FleetGap(figure, target, standing(window, seen), notes(window, target, seen), df, seen)


def _diagnostics(scores: Pair, target: Target) -> Diagnostics:
    paired = scores[0].sum(axis=0) + scores[1].sum(axis=0)
    alike = hour_correlation(paired)
    share = spread(scores, target).time_share
    return Diagnostics(alike, independent_hours(paired, alike), drift_p(paired), share)


def _left_open(sides: Sides, share: float) -> tuple[float, float]:
    """How much lower and higher the log ratio could be, since a bucket does not say where inside."""
    (low, high), (their_low, their_high) = (side.bin_ends(share) for side in sides)
    ours, theirs = (side.log_quantile(share) for side in sides)
    return (ours - low) + (their_high - theirs), (high - ours) + (theirs - their_low)


def _whole_days(side: Distribution) -> Distribution:
    hours = side.counts.shape[1]
    first = hours % HOURS_PER_DAY if hours >= HOURS_PER_DAY else 0
    return Distribution.of(side.counts[:, first:], side.edges) if first else side


def _thin(sides: Sides, share: float, target: Target) -> str:
    """Why a tail rests on too few nodes, or nothing."""
    tail = max(share, 1 - share) >= TAIL_FROM
    fewest = min(len(side.counts) for side in sides)
    if target is Target.THESE or not tail:
        return ""
    if fewest < LEAST_TAIL_NODES:
        return f"p{100 * share:g} wants {LEAST_TAIL_NODES} nodes in a fleet, one has {fewest}"
    least = min(side.tail_nodes(share) for side in sides)
    return f"p{100 * share:g} rests on {least:.1f} nodes" if least < TAIL_NODES else ""


def _bands(
    sides: Sides, own: Pair, share: float, target: Target, level: float
) -> tuple[tuple[Pair, float], tuple[float, float]] | str:
    """Scores with their degrees of freedom, and how far the interval reaches down and up."""
    most = 0.98 * min(share, 1 - share)
    wide = [0.4 * min(share, 1 - share)] * 2
    for last in (False,) * (ROUNDS - 1) + (True,):
        slopes = [_slope(side, share, reach) for side, reach in zip(sides, wide, strict=True)]
        scores = (-slopes[0] * own[0], slopes[1] * own[1])
        found = spread(scores, target)
        half = float(stats.t.ppf(0.5 + level / 2, found.df)) * float(np.sqrt(found.variance))
        alone = [_alone(scores, place, target) for place in (0, 1)]
        together = max(sum(alone), 1e-300)
        wanted = [
            half * float(np.sqrt(part / together)) / max(slope, 1e-12)
            for part, slope in zip(alone, slopes, strict=True)
        ]
        if last and max(wanted) > most:
            return f"p{100 * share:g} is not determined by so few independent samples"
        wide = [
            float(np.clip(reach, 2 / side.whole.sum(), most))
            for reach, side in zip(wanted, sides, strict=True)
        ]
    down, up = zip(
        *(_reach(side, share, reach) for side, reach in zip(sides, wide, strict=True)), strict=True
    )
    return (scores, found.df), (float(np.hypot(down[0], up[1])), float(np.hypot(up[0], down[1])))


def _slope(side: Distribution, share: float, reach: float) -> float:
    return (side.log_quantile(share + reach) - side.log_quantile(share - reach)) / (2 * reach)


def _alone(scores: Pair, place: int, target: Target) -> float:
    """The variance of one side, as if the other were known."""
    still = np.zeros((4, scores[place].shape[1]))
    return spread((scores[place], still), target).variance


def _reach(side: Distribution, share: float, reach: float) -> tuple[float, float]:
    middle = side.log_quantile(share)
    return middle - side.log_quantile(share - reach), side.log_quantile(share + reach) - middle
