"""Pairs: one verdict out of two orders, and the pairs seen from one system's side."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from judge.items import GradedSet, HumanLabel, Item
from reinfra.model import Verdict, VerdictStatus

FIRST, TIE, SECOND = 1.0, 0.5, 0.0
"""The score of a pair, whichever order it was shown in: 1 when the item's first answer is preferred."""

LABEL = {FIRST: "first", TIE: "tie", SECOND: "second"}


def combined(verdicts: Iterable[Verdict]) -> Iterator[Verdict]:
    """One verdict per judge, rubric and item: where the orders "ab" and "ba" disagree, a tie.

    An invalid verdict in either order leaves the item invalid: half a comparison is none.
    Verdicts without an order pass unchanged.
    """
    waiting: dict[tuple[str, str, str], Verdict] = {}
    for verdict in verdicts:
        if not verdict.order:
            yield verdict
            continue
        same = verdict.judge, verdict.rubric, verdict.item
        other = waiting.pop(same, None)
        if other is None:
            waiting[same] = verdict
        else:
            yield _one_of(other, verdict)
    yield from waiting.values()  # shown in one order only: nothing to compare with


def _one_of(one: Verdict, other: Verdict) -> Verdict:
    invalid = next((each for each in (one, other) if each.score is None), None)
    if invalid is not None:
        return replace(invalid, order="")
    if one.score == other.score:
        return replace(one, order="")
    return replace(one, score=TIE, label=LABEL[TIE], order="")


def wins_of(graded: GradedSet, system: str) -> GradedSet:
    """The pairs that `system` is in, turned so that the mean is its win rate, a tie counting half."""
    items = [item for item in graded.items if system in item.systems]
    turned = {item.id for item in items if item.systems[0] != system}
    chosen = graded.restricted(items, f"{graded.name}, {system}")
    return replace(
        chosen,
        meaning=f"win rate of {system} against the others, a tie counting half",
        items=tuple(_turned_item(item, system) for item in items),
        verdicts=tuple(_turned(each) if each.item in turned else each for each in chosen.verdicts),
        labels=tuple(_turned_label(each, turned) for each in chosen.labels),
    )


def _turned_item(item: Item, system: str) -> Item:
    rest = tuple(name for name in item.systems if name != system)
    return replace(item, stratum=system, systems=(system, *rest))


def _turned(verdict: Verdict) -> Verdict:
    order = {"ab": "ba", "ba": "ab"}.get(verdict.order, verdict.order)
    if verdict.status is not VerdictStatus.OK or verdict.score is None:
        return replace(verdict, order=order)
    score = 1 - verdict.score
    return replace(verdict, score=score, label=LABEL.get(score, ""), order=order)


def _turned_label(label: HumanLabel, turned: set[str]) -> HumanLabel:
    return replace(label, value=1 - label.value) if label.item in turned else label
