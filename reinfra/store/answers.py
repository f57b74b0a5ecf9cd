"""Generated answers that a judge may grade: each once, its texts kept or hashed."""

import enum
import hashlib
import math
from collections import Counter
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, select, update

from reinfra.model import Answer
from reinfra.store.ledger_tables import answer
from reinfra.store.stretches import clipped
from reinfra.store.upsert import insert_new

_NAME = 200
TEXT_SIZE = 32_768
MOST = 200_000


class Texts(enum.StrEnum):
    """What is kept of what people asked and were answered."""

    KEEP = "keep"
    HASH = "hash"
    """Their SHA-256: tells whether two texts are the same, and lets a short one be guessed."""


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """An answer and what was kept of its texts; `input_length` and `output_length` are as they came."""

    source: str
    answer: Answer
    texts: Texts
    input_length: int
    output_length: int

    @property
    def whole(self) -> bool:
        """Whether both texts are there as they were, so that the answer can be judged."""
        kept = len(self.answer.input), len(self.answer.output)
        return self.texts is Texts.KEEP and kept == (self.input_length, self.output_length)


def note_answers(
    connection: Connection, source: str, given: tuple[Answer, ...], texts: Texts
) -> Counter[str]:
    """Keep answers whose id is new; a grade that comes later joins the answer that has none.

    Returns what was refused, by reason.
    """
    unnamed = 0
    for one in given:
        if not one.id:
            unnamed += 1
            continue
        row = _row(source, one, texts)
        if not insert_new(connection, answer, row) and row["score"] is not None:
            table = answer.c
            these = (table.id == row["id"]) & table.score.is_(None)
            grade = {name: row[name] for name in ("scorer", "score", "label")}
            connection.execute(update(answer).where(these).values(grade))
    return Counter({"an answer without an id": unnamed})


def between(
    connection: Connection, since: int, until: int, limit: int = 1_000
) -> list[StoredAnswer]:
    """The latest answers that ended in [since, until), the newest first."""
    table = answer.c
    query = (
        select(answer)
        .where(table.at >= since, table.at < until)
        .order_by(table.at.desc(), table.id)
        .limit(limit)
    )
    return [_stored(row) for row in connection.execute(query)]


def expire(connection: Connection, before: int) -> int:
    """Delete answers older than that, and the oldest where there are too many."""
    table = answer.c
    latest = select(table.at).order_by(table.at.desc()).offset(MOST).limit(1)
    least = connection.execute(latest).scalar()
    oldest = before if least is None else max(before, least + 1)
    return connection.execute(delete(answer).where(table.at < oldest)).rowcount


def _row(source: str, one: Answer, texts: Texts) -> dict[str, Any]:
    return {
        "id": _id(one.id),
        "source": source,
        "at": one.at,
        "service": clipped(one.service, _NAME),
        "model": clipped(one.model, _NAME),
        "prompt_version": clipped(one.prompt_version, _NAME),
        "accelerator": clipped(one.accelerator, _NAME),
        "texts": texts,
        "input": _kept(one.input, texts),
        "output": _kept(one.output, texts),
        "reference": _kept(one.reference, texts),
        "input_length": len(one.input),
        "output_length": len(one.output),
        "scorer": clipped(one.scorer, _NAME),
        "score": one.score if math.isfinite(one.score) else None,
        "label": clipped(one.label, _NAME),
    }


def _id(given: str) -> str:
    """The id, or its SHA-256 where it is too long or not text that a database keeps."""
    clean = given == clipped(given, _NAME)
    return given if clean else hashlib.sha256(_bytes(given)).hexdigest()


def _kept(given: str, texts: Texts) -> str:
    if texts is Texts.KEEP or not given:
        return clipped(given, TEXT_SIZE)
    return hashlib.sha256(_bytes(given)).hexdigest()


def _bytes(given: str) -> bytes:
    return given.encode("utf-8", "surrogatepass")


def _stored(row: Any) -> StoredAnswer:  # noqa: ANN401 - a row of a select
    own = Answer(
        id=row.id,
        at=row.at,
        service=row.service,
        model=row.model,
        input=row.input,
        output=row.output,
        prompt_version=row.prompt_version,
        accelerator=row.accelerator,
        reference=row.reference,
        scorer=row.scorer,
        score=math.nan if row.score is None else row.score,
        label=row.label,
    )
    return StoredAnswer(row.source, own, Texts(row.texts), row.input_length, row.output_length)
