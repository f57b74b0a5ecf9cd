"""Verdicts and labels from plain files, for anyone who has graded elsewhere.

A verdict line is {"item", "judge", "value"} with optional "cluster", "stratum", "order" ("ab" or "ba") and
"rubric"; a label line is {"item", "value"} with optional "rater". Null in a verdict is a reply that was no
grade. Every other field of a line is left aside.
"""

import sys
from collections import Counter
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from pathlib import Path

from judge.items import GradedSet, HumanLabel, Item
from judge.recorded.lines import Row, read_rows, text
from reinfra.model import InputError, Verdict, VerdictStatus

MEANING = "mean score, 0 to 1"
ANY_MEANING = "mean score, on the scale of the file"
MOST_JUDGES = 5_000
MOST_STRATA = 500
MOST_RATERS = 50
FARTHEST = 1e9
"""A grade is none of a measurement's size; the squares of larger ones would lose digits."""


def read_verdict_files(
    verdicts: Path, labels: Path | None = None, *, any_scale: bool = False
) -> GradedSet:
    """A value is from 0 to 1, or with `any_scale` any number.

    Labels of items that no verdict names are kept: they are items that no judge was asked about.
    Raises InputError with the file and, where it is one line's, the line and the reason.
    """
    of = _score if any_scale else _share
    lines = _Verdicts(of)
    said = tuple(read_rows(verdicts, lines.parse))
    if len({verdict.judge for verdict in said}) > MOST_JUDGES:
        raise InputError(f"more than {MOST_JUDGES} judges", where=str(verdicts))
    if len({item.stratum for item in lines.items.values()}) > MOST_STRATA:
        raise InputError(f"more than {MOST_STRATA} strata", where=str(verdicts))
    human = _named(read_rows(labels, _Labels(of).parse)) if labels is not None else []
    for label in human:
        lines.items.setdefault(label.item, Item(label.item))
    meaning = ANY_MEANING if any_scale else MEANING
    return GradedSet(verdicts.name, meaning, tuple(lines.items.values()), said, tuple(human))


@dataclass(frozen=True, slots=True)
class _Verdicts:
    """Verdict lines one after the other, each judge's of an item only once; the items as they come up."""

    of: Callable[[object], float]
    items: dict[str, Item] = field(default_factory=dict)
    seen: set[Hashable] = field(default_factory=set)

    def parse(self, row: Row) -> Verdict:
        item = self._item(row)
        judge = sys.intern(text(row, "judge"))
        rubric, order = _optional(row, "rubric"), _optional(row, "order")
        if order not in {"", "ab", "ba"}:
            raise ValueError(f'order {order!r} is neither "ab" nor "ba"')
        name = item, judge, rubric, order
        if name in self.seen:
            raise ValueError(f"a second verdict of {judge!r} on item {item!r}")
        self.seen.add(name)
        if row["value"] is None:
            return Verdict(item, judge, rubric, VerdictStatus.UNPARSED, order=order)
        return Verdict(item, judge, rubric, VerdictStatus.OK, self.of(row["value"]), order=order)

    def _item(self, row: Row) -> str:
        """An item's lines may leave its cluster and its stratum to one of them."""
        new = Item(text(row, "item"), _optional(row, "stratum"), _optional(row, "cluster"))
        known = self.items.setdefault(new.id, new)
        if known != new:
            merged = Item(known.id, known.stratum or new.stratum, known.cluster or new.cluster)
            if new.stratum not in {"", merged.stratum} or new.cluster not in {"", merged.cluster}:
                why = "its lines name different clusters or strata"
                raise ValueError(f"item {new.id!r} contradicts itself: {why}")
            self.items[known.id] = merged
        return known.id


@dataclass(frozen=True, slots=True)
class _Labels:
    """Label lines one after the other, each rater's of an item only once."""

    of: Callable[[object], float]
    seen: set[Hashable] = field(default_factory=set)
    per_item: Counter[str] = field(default_factory=Counter)

    def parse(self, row: Row) -> HumanLabel:
        label = HumanLabel(text(row, "item"), _optional(row, "rater"), self.of(row["value"]))
        name = label.item, label.rater
        if label.rater and name in self.seen:
            raise ValueError(f"a second label of {label.rater!r} on item {label.item!r}")
        self.seen.add(name)
        self.per_item[label.item] += 1
        if self.per_item[label.item] > MOST_RATERS:
            raise ValueError(f"more than {MOST_RATERS} labels of item {label.item!r}")
        return label


def _named(labels: list[HumanLabel]) -> list[HumanLabel]:
    """Labels without a rater are told apart by their turn: the item's first, second, and so on."""
    seen: Counter[str] = Counter()
    taken = {(label.item, label.rater) for label in labels}
    named = []
    for label in labels:
        while not label.rater:
            seen[label.item] += 1
            rater = f"rater {seen[label.item]}"
            if (label.item, rater) not in taken:
                label = replace(label, rater=rater)  # noqa: PLW2901 - filled in
        named.append(label)
    return named


def _optional(row: Row, name: str) -> str:
    return text(row, name) if row.get(name) is not None else ""


def _share(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ValueError(f"value {_brief(value)} is not a number from 0 to 1")
    return float(value)


def _score(value: object) -> float:
    """Compared before it is made a float, which an integer of many digits cannot be."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not -FARTHEST <= value <= FARTHEST:  # type: ignore[operator] # NaN fails too
        raise ValueError(f"value {_brief(value)} is no number; null says that there was no grade")
    return float(value)  # type: ignore[arg-type]


def _brief(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= 40 else f"{shown[:40]}..."  # noqa: PLR2004
