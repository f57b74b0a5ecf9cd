"""LLMBar's recorded pairwise verdicts, each judge shown both orders (Zeng et al. 2023, arXiv:2310.07641).

One line per pair: `input`, `output_1`, `output_2`, `label` (1 or 2: the better one, by construction or by
expert agreement), `subset`, and `verdicts`, judge/strategy -> [winner in order 1-2, winner in order 2-1],
both as output ids, null where the reply could not be read.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from judge.items import GradedSet, HumanLabel, Item
from judge.pairs import FIRST, LABEL, SECOND, TIE
from judge.recorded.lines import Row, read_rows, sha256, text
from reinfra.model import Verdict, VerdictStatus

RUBRIC = "recorded:llmbar"
"""The judges were asked with prompts of the authors, under no rubric of ours."""

MEANING = "share of pairs in which output 1 is preferred, a tie counting half"
RATINGS = 3


def read_llmbar(path: Path) -> GradedSet:
    rows = read_rows(path, _graded)
    return GradedSet(
        "LLMBar",
        MEANING,
        tuple(item for item, _, _ in rows),
        tuple(verdict for _, verdicts, _ in rows for verdict in verdicts),
        tuple(label for _, _, label in rows),
    )


def _graded(row: Row) -> tuple[Item, list[Verdict], HumanLabel]:
    question = row["input"]
    item = Item(
        id=text(row, "id"),
        stratum=text(row, "subset"),
        cluster=sha256(question),
        text_sha256=sha256(question, row["output_1"], row["output_2"]),
    )
    label = HumanLabel(item.id, "reference", _preference(row["label"]))
    judged = row["verdicts"].items()
    verdicts = [each for judge, said in judged for each in _verdicts(item.id, judge, said)]
    return item, verdicts, label


def _verdicts(item: str, judge: str, said: list[Any]) -> Iterator[Verdict]:
    if len(said) == RATINGS:
        # Each output was rated alone, so there was no order; a draw was recorded as ["2", "1"].
        yield _verdict(item, judge, _by_rating(*said[2]), "")
        return
    in_order, reversed_order = said
    yield _verdict(item, judge, _winner(in_order), "ab")
    yield _verdict(item, judge, _winner(reversed_order), "ba")


def _verdict(item: str, judge: str, score: float | None, order: str) -> Verdict:
    if score is None:
        return Verdict(item, judge, RUBRIC, VerdictStatus.UNPARSED, order=order)
    return Verdict(item, judge, RUBRIC, VerdictStatus.OK, score, LABEL[score], order)


def _winner(said: str | None) -> float | None:
    return None if said is None else _preference(said)


def _by_rating(first: str, second: str) -> float:
    one, other = float(first), float(second)
    if one == other:
        return TIE
    return FIRST if one > other else SECOND


def _preference(output: object) -> float:
    if str(output) not in {"1", "2"}:
        raise ValueError(f"{output!r} is neither output 1 nor output 2")
    return FIRST if str(output) == "1" else SECOND
