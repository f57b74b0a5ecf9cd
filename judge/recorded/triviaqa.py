"""Recorded yes or no verdicts on answers to TriviaQA questions (Thakur et al. 2024, arXiv:2406.12624).

One line per answer: `version` (which judges were asked how), `taker` (the model that answered), `question`,
`human` (1 right, 0 wrong, null not graded), `verdicts`, judge -> 1, 0 or null. The set has no answer texts.
"""

from pathlib import Path

from judge.items import GradedSet, HumanLabel, Item
from judge.recorded.lines import Row, read_rows, sha256, text
from reinfra.model import Verdict, VerdictStatus

RUBRIC = "recorded:triviaqa"
MEANING = "share of answers that are right"

Graded = tuple[Item, list[Verdict], list[HumanLabel]]


def read_triviaqa(path: Path) -> GradedSet:
    """Items of version V1 have ids that begin with "V1:"; the versions asked different judges."""
    rows = read_rows(path, _graded)
    return GradedSet(
        "TriviaQA",
        MEANING,
        tuple(item for item, _, _ in rows),
        tuple(verdict for _, verdicts, _ in rows for verdict in verdicts),
        tuple(label for _, _, labels in rows for label in labels),
    )


def version_of(graded: GradedSet, version: str) -> GradedSet:
    """The items of "V1" or "V2" alone."""
    chosen = (item for item in graded.items if item.id.startswith(f"{version}:"))
    return graded.restricted(chosen, f"{graded.name} {version}")


def _graded(row: Row) -> Graded:
    taker, question = text(row, "taker"), text(row, "question")
    item = Item(
        id=f"{text(row, 'id')}:{taker}",
        stratum=taker,
        cluster=sha256(question),
        systems=(taker,),
    )
    verdicts = [_verdict(item.id, judge, said) for judge, said in row["verdicts"].items()]
    human = _grade(row["human"])
    labels = [] if human is None else [HumanLabel(item.id, "authors", human)]
    return item, verdicts, labels


def _verdict(item: str, judge: str, said: object) -> Verdict:
    score = _grade(said)
    if score is None:
        return Verdict(item, judge, RUBRIC, VerdictStatus.UNPARSED)
    return Verdict(item, judge, RUBRIC, VerdictStatus.OK, score, "right" if score else "wrong")


def _grade(said: object) -> float | None:
    if said is None:
        return None
    if isinstance(said, bool) or said not in (0, 1):
        raise ValueError(f"{said!r} is neither right (1) nor wrong (0)")
    return float(said == 1)
