"""A judge's scores and the people's, as columns with one row per item."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from judge.items import GradedSet, HumanLabel, Item
from judge.pairs import combined
from judge.statistics.estimate import NAN, Clusters, Values


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """Row i of every column is item i of those that the judge was asked about.

    `score` is the judge's, both orders of a pair made one; NaN where the reply was no grade. `ab` and `ba`
    are the two orders, NaN where not asked. `human` is the mean of the item's raters, `majority` the grade
    that most of them gave; NaN where there is no label, or no single most frequent one. `clusters` is
    None when every item stands alone.
    """

    score: Values
    ab: Values
    ba: Values
    human: Values
    majority: Values
    clusters: Clusters | None


def columns(graded: GradedSet, judge: str) -> Columns:
    """`judge` is one of `graded.judges`; anyone else has no rows."""
    verdicts = graded.by(judge)
    asked = {each.item for each in verdicts}
    items = [item for item in graded.items if item.id in asked]
    by_item = _labels_by_item(graded.labels)
    return Columns(
        score=_column(items, ((each.item, each.score) for each in combined(verdicts))),
        ab=_column(items, ((each.item, each.score) for each in verdicts if each.order == "ab")),
        ba=_column(items, ((each.item, each.score) for each in verdicts if each.order == "ba")),
        human=_column(items, ((item, float(np.mean(said))) for item, said in by_item.items())),
        majority=_column(items, ((item, majority(said)) for item, said in by_item.items())),
        clusters=_clusters(items),
    )


def ratings(graded: GradedSet) -> Values:
    """`ratings[item, rater]`, NaN where that person did not grade that item."""
    rows = {item.id: row for row, item in enumerate(graded.items)}
    raters = {
        rater: column for column, rater in enumerate(sorted({e.rater for e in graded.labels}))
    }
    table = np.full((len(rows), len(raters)), NAN)
    for label in graded.labels:
        table[rows[label.item], raters[label.rater]] = label.value
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
