"""A judge's scores and the people's, as columns with one row per item."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from judge.items import GradedSet, HumanLabel, Item
from judge.pairs import combined
from judge.statistics.estimate import NAN, Clusters, Values
from judge.statistics.stratified import Strata
from reinfra.model import Verdict


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """Row i of every column is item i of those that the judge was asked about.

    `score` is the judge's, both orders of a pair made one; NaN where the reply was no grade. `ab` and `ba`
    are the two orders, NaN where not asked. `human` is the mean of the item's raters, `majority` the grade
    that most of them gave; NaN where there is no label, or no single most frequent one. `clusters` is
    None when every item stands alone. `strata[i]` is a place in `names`.
    """

    score: Values
    ab: Values
    ba: Values
    human: Values
    majority: Values
    clusters: Clusters | None
    strata: Strata
    names: tuple[str, ...]

    @property
    def invalid(self) -> int:
        return int(np.isnan(self.score).sum())

    @property
    def labelled(self) -> int:
        return int((~np.isnan(self.human)).sum())

    def only(self, stratum: int) -> "Columns":
        """The rows of one stratum."""
        inside = self.strata == stratum
        return Columns(
            self.score[inside],
            self.ab[inside],
            self.ba[inside],
            self.human[inside],
            self.majority[inside],
            None if self.clusters is None else self.clusters[inside],
            np.zeros(int(inside.sum()), np.int64),
            (self.names[stratum],),
        )


def columns(graded: GradedSet, judge: str) -> Columns:
    """`judge` is one of `graded.judges`; anyone else has no rows."""
    return Known.of(graded).columns(graded.by(judge))


@dataclass(frozen=True, slots=True)
class Known:
    """A set's items and what people said of them, by item."""

    items: dict[str, Item]
    labels: dict[str, list[float]]

    @classmethod
    def of(cls, graded: GradedSet) -> Self:
        return cls({item.id: item for item in graded.items}, _labels_by_item(graded.labels))

    def columns(self, verdicts: Sequence[Verdict]) -> Columns:
        """The items that `verdicts`, one judge's under one rubric, are about."""
        asked = {each.item: self.items[each.item] for each in verdicts}
        said = {item: self.labels[item] for item in asked if item in self.labels}
        return _columns(list(asked.values()), verdicts, said)


def _columns(
    items: list[Item], verdicts: Sequence[Verdict], by_item: dict[str, list[float]]
) -> Columns:
    names = tuple(sorted({item.stratum for item in items}))
    place = {name: number for number, name in enumerate(names)}
    return Columns(
        score=_column(items, ((each.item, each.score) for each in combined(verdicts))),
        ab=_column(items, ((each.item, each.score) for each in verdicts if each.order == "ab")),
        ba=_column(items, ((each.item, each.score) for each in verdicts if each.order == "ba")),
        human=_column(items, ((item, float(np.mean(said))) for item, said in by_item.items())),
        majority=_column(items, ((item, majority(said)) for item, said in by_item.items())),
        clusters=_clusters(items),
        strata=np.array([place[item.stratum] for item in items], np.int64),
        names=names,
    )


def ratings(graded: GradedSet) -> Values:
    """`ratings[item, turn]`: what people said of each item that has a label; NaN beyond the last label.

    Who said it is left aside: alpha asks only how far those who graded the same item differ.
    """
    by_item = _labels_by_item(graded.labels)
    table = np.full((len(by_item), max(map(len, by_item.values()), default=0)), NAN)
    for row, said in enumerate(by_item.values()):
        table[row, : len(said)] = said
    return table


def majority(values: Sequence[float]) -> float:
    """The most frequent value; NaN where two are equally frequent."""
    (value, count), *rest = Counter(values).most_common(2)
    return NAN if rest and rest[0][1] == count else value


def _labels_by_item(labels: Iterable[HumanLabel]) -> dict[str, list[float]]:
    by_item = defaultdict(list)
    for label in labels:
        by_item[label.item].append(label.value)
    return by_item


def _column(items: list[Item], scores: Iterable[tuple[str, float | None]]) -> Values:
    known = dict(scores)
    found = (known.get(item.id) for item in items)
    return np.array([NAN if score is None else score for score in found], np.float64)


def _clusters(items: list[Item]) -> Clusters | None:
    """Codes of the clusters; an item without one is a cluster of its own."""
    codes: dict[tuple[str, str], int] = {}
    named = [("cluster", item.cluster) if item.cluster else ("item", item.id) for item in items]
    result = np.array([codes.setdefault(name, len(codes)) for name in named], np.int64)
    return result if len(codes) < len(items) else None
