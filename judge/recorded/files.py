"""Verdicts and labels from plain files, for anyone who has graded elsewhere.

A verdict line is {"item", "judge", "value"} with optional "cluster", "stratum", "order" ("ab" or "ba") and
"rubric"; a label line is {"item", "value"} with optional "rater". A value is from 0 to 1; null in a verdict
is a reply that was no grade.
"""

from collections import Counter
from dataclasses import replace
from pathlib import Path

from judge.items import GradedSet, HumanLabel, Item
from judge.recorded.lines import Row, read_rows, text
from reinfra.model import InputError, Verdict, VerdictStatus

MEANING = "mean score, 0 to 1"


def read_verdict_files(verdicts: Path, labels: Path | None = None) -> GradedSet:
    """Labels of items that no verdict names are kept: they are items that no judge was asked about."""
    graded = read_rows(verdicts, _graded)
    human = _numbered(read_rows(labels, _label)) if labels is not None else []
    items = _merged([item for item, _ in graded], str(verdicts))
    for label in human:
        items.setdefault(label.item, Item(label.item))
    said = tuple(verdict for _, verdict in graded)
    return GradedSet(verdicts.name, MEANING, tuple(items.values()), said, tuple(human))


def _numbered(labels: list[HumanLabel]) -> list[HumanLabel]:
    """Labels without a rater are told apart by their turn: the item's first, second, and so on."""
    seen: Counter[str] = Counter()
    named = []
    for label in labels:
        if not label.rater:
            seen[label.item] += 1
            label = replace(label, rater=f"rater {seen[label.item]}")  # noqa: PLW2901 - filled in
        named.append(label)
    return named


def _merged(items: list[Item], where: str) -> dict[str, Item]:
    merged: dict[str, Item] = {}
    for item in items:
        known = merged.get(item.id, item)
        stratum = known.stratum or item.stratum
        cluster = known.cluster or item.cluster
        if item.stratum not in {"", stratum} or item.cluster not in {"", cluster}:
            why = "its lines name different clusters or strata"
            raise InputError(f"item {item.id!r} contradicts itself", where=where, why=why)
        merged[item.id] = Item(item.id, stratum, cluster)
    return merged


def _graded(row: Row) -> tuple[Item, Verdict]:
    item = Item(text(row, "item"), _optional(row, "stratum"), _optional(row, "cluster"))
    judge, rubric, order = text(row, "judge"), _optional(row, "rubric"), _optional(row, "order")
    if order not in {"", "ab", "ba"}:
        raise ValueError(f'order {order!r} is neither "ab" nor "ba"')
    if row["value"] is None:
        return item, Verdict(item.id, judge, rubric, VerdictStatus.UNPARSED, order=order)
    score = _score(row["value"])
    return item, Verdict(item.id, judge, rubric, VerdictStatus.OK, score, order=order)


def _label(row: Row) -> HumanLabel:
    return HumanLabel(text(row, "item"), _optional(row, "rater"), _score(row["value"]))


def _optional(row: Row, name: str) -> str:
    return text(row, name) if row.get(name) is not None else ""


def _score(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ValueError(f"value {value!r} is not a number from 0 to 1")
    return float(value)
