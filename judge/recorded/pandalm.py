"""PandaLM's test set: pairs of model answers, three annotators (Wang et al. 2023, arXiv:2306.05087).

One line per pair: `cmp` names the two models ("bloom-7b_llama-7b"), `human` holds the annotators' choices
(0 tie, 1 or 2), `verdicts` the recorded choice of each judge, seen in one order: 0, 1, 2, "Tie", or
"garbage" where the reply was neither.
"""

from pathlib import Path

from judge.items import GradedSet, HumanLabel, Item
from judge.pairs import FIRST, LABEL, SECOND, TIE
from judge.recorded.lines import Row, read_rows, sha256, text
from reinfra.model import Verdict, VerdictStatus

RUBRIC = "recorded:pandalm"
MEANING = "share of pairs in which the first-named model is preferred, a tie counting half"
CHOICES = {"0": TIE, "Tie": TIE, "1": FIRST, "2": SECOND}


def read_pandalm(path: Path) -> GradedSet:
    rows = read_rows(path, _graded)
    return GradedSet(
        "PandaLM",
        MEANING,
        tuple(item for item, _, _ in rows),
        tuple(verdict for _, verdicts, _ in rows for verdict in verdicts),
        tuple(label for _, _, labels in rows for label in labels),
    )


def _graded(row: Row) -> tuple[Item, list[Verdict], list[HumanLabel]]:
    question = (row["instruction"], row["input"])
    item = Item(
        id=text(row, "id"),
        stratum=text(row, "cmp"),
        cluster=sha256(*question),
        systems=_systems(text(row, "cmp")),
        text_sha256=sha256(*question, row["response1"], row["response2"]),
    )
    verdicts = [_verdict(item.id, judge, said) for judge, said in row["verdicts"].items()]
    labels = [
        HumanLabel(item.id, f"annotator {number}", _choice(said))
        for number, said in enumerate(row["human"], 1)
    ]
    return item, verdicts, labels


def _systems(pair: str) -> tuple[str, str]:
    first, separator, second = pair.partition("_")
    if not (first and separator and second) or "_" in second:
        raise ValueError(f"{pair!r} does not name two models")
    return first, second


def _verdict(item: str, judge: str, said: object) -> Verdict:
    if str(said) == "garbage":
        return Verdict(item, judge, RUBRIC, VerdictStatus.UNPARSED, order="ab")
    score = _choice(said)
    return Verdict(item, judge, RUBRIC, VerdictStatus.OK, score, LABEL[score], "ab")


def _choice(said: object) -> float:
    if isinstance(said, bool) or str(said) not in CHOICES:
        raise ValueError(f"{said!r} is no choice between two answers")
    return CHOICES[str(said)]
