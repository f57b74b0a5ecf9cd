"""Many sensors of one host together: what does not go along with the rest, by robust low-rank residuals."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from detectors.base import HIGHEST, Floats, Scores, readable
from detectors.medians import utc_days
from detectors.multivariate_plane import Plane
from reinfra.model import DAY, SeriesBlock, SeriesKey
from reinfra.signals import wording

_PLACES = ("host.name", "host.id", "k8s.node.name", "k8s.pod.name", "service.name")
_NAMED = 3


@dataclass(frozen=True, slots=True)
class Multivariate:
    """How many usual errors a channel is off the plane in which the channels of its host usually move.

    Channels that took at most `distinct` values (commands, states, one-hot codes) help to explain the others and
    are never scored. Learned at the beginning of each UTC day from the `memory` before. A moment in which a
    channel of the host is missing is not scored; hosts of fewer than `least` channels never are.
    """

    distinct: int = 20
    least: int = 4
    memory: int = 14 * DAY
    warm_up: int = 200
    name: str = field(default="multivariate", init=False)
    causal: bool = field(default=True, init=False)
    alone: bool = field(default=False, init=False)
    limit: float | None = field(default=None, init=False)

    def score(self, block: SeriesBlock) -> Scores:
        scores = Scores.unscored(block.values.shape)
        x = readable(block)
        for rows in hosts(block.keys, self.least):
            for days, plane in self._planes(block, x[rows]):
                place = np.ix_(rows[plane.channels], np.arange(days.start, days.stop))
                expected = plane.expected(x[rows][:, days])[plane.channels]
                miss = np.abs(x[place] - expected)
                usual = (plane.unit * plane.usual)[plane.channels, None]
                scale = np.maximum(np.broadcast_to(usual, miss.shape), miss / HIGHEST)
                scores.expected[place] = expected
                scores.scale[place] = np.where(np.isfinite(miss), scale, np.nan)
                scores.values[place] = miss / scale
        return scores

    def contributions(self, block: SeriesBlock, row: int, column: int) -> list[tuple[int, float]]:
        """Rows of the host's scored channels and their shares of the squared scores, the largest first."""
        rows = next((one for one in hosts(block.keys, self.least) if row in one), None)
        if rows is None:
            return []
        host, until = block.select(rows), slice(0, column + 1)
        past = SeriesBlock(
            host.keys, host.at[until], host.values[:, until], host.mask[:, until], host.step
        )
        square = np.square(np.nan_to_num(self.score(past).values[:, -1]))
        share = square / max(float(square.sum()), 1e-300)
        order = np.argsort(-share, kind="stable")
        return [(int(rows[one]), float(share[one])) for one in order if share[one] > 0]

    def explain(self, block: SeriesBlock, row: int, column: int) -> str:
        """One sentence on a sample's score, with the channels that contribute most."""
        found = self.contributions(block, row, column)[:_NAMED]
        parts = (f"{wording.signal_name(block.keys[one])} {share:.0%}" for one, share in found)
        return f"{wording.signal_name(block.keys[row])} does not go along with its host: {', '.join(parts)}"

    def _planes(self, block: SeriesBlock, x: Floats) -> Iterator[tuple[slice, Plane]]:
        """The columns of each UTC day, and the plane of what was known when it began."""
        for day in utc_days(block.at):
            first = int(np.searchsorted(block.at, block.at[day.start] - self.memory))
            past = slice(first, day.start)
            plane = Plane.of(x[:, past], self.distinct, self.warm_up)
            if plane is not None:
                yield day, plane


def hosts(keys: tuple[SeriesKey, ...], least: int) -> list[NDArray[np.intp]]:
    """The rows of each host, pod or service with at least `least` series; series that name none belong to one."""
    rows: dict[tuple[str, str], list[int]] = {}
    for row, key in enumerate(keys):
        place = next(((name, key.label(name)) for name in _PLACES if key.label(name)), ("", ""))
        rows.setdefault(place, []).append(row)
    return [np.array(one, np.intp) for one in rows.values() if len(one) >= least]
