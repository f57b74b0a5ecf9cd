"""What people are given to label, and what they said, by file or at the terminal."""

import csv
import io
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from judge.rubric import Rubric
from judge.statistics.labelling import WEEK, Wanted, next_to_label
from reinfra.batch import quality
from reinfra.model import InputError
from reinfra.store import Store, judging
from reinfra.store.judging import Row

COLUMNS = (
    "item",
    "stratum",
    "question",
    "answer",
    "answer_2",
    "reference",
    "context",
    "value",
    "rater",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
MOST_LABELS = 100_000
_LONGEST = 32_767
"""Characters of a cell that spreadsheets take."""


def wanted(store: Store, set_name: str, count: int, generator: np.random.Generator) -> list[Row]:
    """Items whose texts are kept, in the order in which labels are of use; the judge's grade is not among it."""
    graded = quality.load(store, set_name)
    with store.reading() as connection:
        kept = [row for row in judging.items(connection, set_name) if row["texts"] == "keep"]
        fresh = judging.labelled_since(connection, set_name, store.clock() - WEEK)
    labelled = {label.item for label in graded.labels}
    names = sorted({row["stratum"] for row in kept})
    place = {name: number for number, name in enumerate(names)}
    strata = np.array([place[row["stratum"]] for row in kept], np.int64)
    counting = np.array([row["id"] in labelled for row in kept], np.bool_)
    recent = [fresh.get(name, 0) for name in names]
    chosen: Sequence[Wanted] = next_to_label(strata, counting, recent, count, generator)
    return [kept[one.item] for one in chosen]


def written(rows: Sequence[Row]) -> str:
    """CSV with empty cells for value and rater. No cell is a formula, whatever a text begins with."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        task = row["task"]
        answers = [*task["answers"], "", ""][:2]
        cells = (row["id"], row["stratum"], task["question"], *answers, task["reference"])
        writer.writerow([*map(harmless, cells), harmless(task["context"]), "", ""])
    return out.getvalue()


def harmless(cell: str) -> str:
    """A cell that spreadsheets take for text (OWASP, CSV injection); `import_labels` takes the mark off items."""
    cut = cell[: _LONGEST - 1]
    return f"'{cut}" if cut.lstrip().startswith(_FORMULA) or cut.startswith(_FORMULA) else cut


def read_labels(path: Path, rubric: Rubric | None) -> list[Row]:
    """Rows with columns item, value and perhaps rater; an empty value is no label. Raises InputError with the row.

    A value is a number from 0 to 1, or one of the rubric's grades.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            if not {"item", "value"} <= set(reader.fieldnames or ()):
                raise InputError("no columns item and value", where=str(path))
            return list(_labels(reader, path, rubric))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError("cannot read the labels", where=str(path), why=str(error)) from error


def _labels(reader: "csv.DictReader[str]", path: Path, rubric: Rubric | None) -> Iterator[Row]:
    seen: Counter[tuple[str, str]] = Counter()
    for number, row in enumerate(reader, 2):
        where = f"{path}, line {number}"
        if number > MOST_LABELS:
            raise InputError(f"more than {MOST_LABELS} labels", where=where)
        said = (row["value"] or "").strip()
        if not said:
            continue
        item = (row["item"] or "").strip()
        item = item[1:] if item.startswith("'") and item[1:].startswith(_FORMULA) else item
        rater = (row.get("rater") or "").strip() or "anonymous"
        seen[item, rater] += 1
        if not item or seen[item, rater] > 1:
            raise InputError(f"a second label of {rater!r}" if item else "no item", where=where)
        yield {"item": item, "rater": rater[:200], "value": value_of(said, rubric, where)}


def value_of(said: str, rubric: Rubric | None, where: str) -> float:
    """Raises InputError for what is no grade."""
    score = rubric.score(said) if rubric is not None else None
    if score is not None:
        return score
    try:
        number = float(said)
    except ValueError:
        number = math.nan
    if not 0 <= number <= 1:
        grades = f" or one of {', '.join(rubric.labels)}" if rubric else ""
        raise InputError(f"{said[:40]!r} is no grade", where=where, todo=f"Write 0 to 1{grades}.")
    return number


def keep_labels(store: Store, set_name: str, labels: Sequence[Row]) -> int:
    """How many were kept. Raises InputError for an item that is not in the set, and then none was."""
    graded = quality.load(store, set_name)
    known = {item.id for item in graded.items}
    strange = next((row["item"] for row in labels if row["item"] not in known), None)
    if strange is not None:
        raise InputError(f"no item {strange[:60]!r}", where=set_name)
    with store.writing() as connection:
        judging.add_labels(connection, set_name, labels, store.clock())
    return len(labels)


def set_of(store: Store, name: str | None) -> str:
    """The set that is meant where none is named: the only one that was judged here. Raises InputError."""
    names = quality.names(store)
    if name is not None:
        return name
    judged = [each for each in names if each.startswith(("live/", "recorded/"))]
    if len(judged) != 1:
        there = ", ".join(judged or names) or "none"
        raise InputError("name a graded set", todo=f"There are: {there}.")
    return judged[0]


def shown(row: Row, rubric: Rubric) -> Mapping[str, str]:
    """What a person is shown of an item, under headings; never a judge's grade."""
    task = row["task"]
    found = {
        "Question": task["question"],
        "Context": task["context"],
        "Reference": task["reference"],
    }
    answers = task["answers"]
    titles = ("Answer",) if len(answers) == 1 else ("First answer", "Second answer")
    found |= dict(zip(titles, answers, strict=False))
    found["Grade by"] = rubric.text
    return {name: text for name, text in found.items() if text}
