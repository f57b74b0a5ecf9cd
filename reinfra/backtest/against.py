"""A replay against labels: what was right, what was found, and how late."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from reinfra.backtest.figures import Share, median
from reinfra.backtest.labels import Label
from reinfra.backtest.replay import Replay
from reinfra.model import MINUTE, Anomaly


@dataclass(frozen=True, slots=True)
class Against:
    """`precision` is of the alerts of labelled series, `recall` of the labels; `delay` is the median one in ms.

    `unjudged` labels are of series that nothing could be said of yet: neither found nor missed. `unlabelled`
    alerts are of series that no label names: nobody said whether they are right.
    """

    precision: Share
    recall: Share
    delay: float
    unjudged: int
    unlabelled: int

    @classmethod
    def of(cls, replay: Replay, labels: Sequence[Label]) -> Self:
        """Of labels that touch the replayed range; an alert that overlaps one of its series' labels is right."""
        mine = [one for one in labels if _touches(one, replay.span.since, replay.span.until - 1)]
        of_series = {
            one.id: [each for each in mine if each.selector.matches(one.key)]
            for one in replay.series
        }
        named = {id_ for id_, some in of_series.items() if some}
        first: dict[Label, int] = {}
        right = asked = 0
        for one in replay.found:
            if one.series_id not in named:
                continue
            asked += 1
            hits = [each for each in of_series[one.series_id] if overlaps(one.found, each)]
            right += bool(hits)
            for each in hits:
                first[each] = min(first.get(each, one.found.since), one.found.since)
        judged = {each for id_ in named & replay.judged for each in of_series[id_]} | first.keys()
        delays = [float(max(0, at - each.since)) for each, at in first.items()]
        return cls(
            Share.of(right, asked),
            Share.of(len(first), len(judged)),
            median(delays),
            len(set(mine) - judged),
            len(replay.found) - asked,
        )

    @property
    def late(self) -> str:
        """The delay in words."""
        return "unknown" if self.delay != self.delay else f"{self.delay / MINUTE:.3g} min"


def overlaps(found: Anomaly, label: Label) -> bool:
    """Whether they have an instant in common."""
    return _touches(label, found.since, found.until)


def _touches(label: Label, since: int, until: int) -> bool:
    return label.since <= until and since <= label.until
