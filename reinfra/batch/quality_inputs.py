"""Answers to grade, from wherever `--inputs` says."""

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from judge.inputs import Given, GivenPage
from judge.inputs.bedrock_log import SCHEMA, page_of
from judge.inputs.lines import given_of, read_lines
from judge.inputs.places import records
from judge.prompt import Task
from judge.recorded.lines import read_rows
from reinfra.model import DAY, InputError
from reinfra.store import Store, answers
from reinfra.store.answers import StoredAnswer

SQL, BEDROCK, LLMBAR = "sql:", "bedrock:", "llmbar"
MOST = 200_000
_OF_TEXTS = 'Only texts that are kept can be judged: set collect.answers = "keep".'


def read_inputs(place: str, shipped: Path, sql_url_env: str) -> GivenPage:
    """A file of JSON lines, a folder or s3:// prefix of invocation logs, sql:FILE, or llmbar. Raises InputError.

    "bedrock:PLACE" says that a file holds invocation logs.
    """
    if place == LLMBAR:
        return GivenPage(tuple(read_rows(shipped / "llmbar_pairwise.jsonl.gz", _pair)))
    if place.startswith(SQL):
        return _of_query(Path(place.removeprefix(SQL)), os.environ.get(sql_url_env, ""))
    if place.startswith(("s3://", BEDROCK)) or Path(place).is_dir():
        return page_of(islice(records(place.removeprefix(BEDROCK)), MOST))
    path = Path(place)
    try:
        with path.open("rb") as stream:
            head = stream.read(4_096)
    except OSError as error:
        raise InputError("cannot read the inputs", where=place, why=str(error)) from error
    return page_of(islice(records(place), MOST)) if SCHEMA.encode() in head else read_lines(path)


def stored_inputs(store: Store, since: int, until: int) -> GivenPage:
    """Answers that came with signals in [since, until). Those whose texts were hashed or cut are counted."""
    with store.reading() as connection:
        found = answers.between(connection, since, until, MOST)
    whole = [one for one in found if one.whole and one.answer.input]
    refused = Counter({f"texts that are not kept whole. {_OF_TEXTS}": len(found) - len(whole)})
    return GivenPage(tuple(map(_of_answer, whole)), +refused)


def _of_answer(stored: StoredAnswer) -> Given:
    one = stored.answer
    return Given(
        id=one.id,
        task=Task(one.input, (one.output,), one.reference),
        at=one.at,
        service=one.service,
        model=one.model,
        prompt_version=one.prompt_version,
        accelerator=one.accelerator,
    )


def _of_query(path: Path, url: str) -> GivenPage:
    """Rows of the query in a file; its transaction is taken back, whatever it did."""
    from sqlalchemy import create_engine, text
    from sqlalchemy.exc import SQLAlchemyError

    if not url:
        raise InputError("no database to ask", where="judge.sql_url_env", todo="Name a variable.")
    try:
        query = path.read_text("utf-8")
        engine = create_engine(url)
        try:
            with engine.connect() as connection, connection.begin() as asked:
                rows = connection.execute(text(query)).mappings().fetchmany(MOST)
                asked.rollback()
        finally:
            engine.dispose()
    except OSError as error:
        raise InputError("cannot read the query", where=str(path), why=str(error)) from error
    except (SQLAlchemyError, ValueError) as error:
        why = type(error).__name__ if "://" in str(error) else str(error)[:300]
        raise InputError("the query failed", where=str(path), why=why) from error
    return GivenPage(tuple(_of_rows(rows, path)))


def _of_rows(rows: Any, path: Path) -> Iterator[Given]:  # noqa: ANN401 - rows of a query
    seen: set[str] = set()
    for number, row in enumerate(rows, 1):
        where = f"{path}, row {number}"
        try:
            given = given_of(dict(row))
        except KeyError as error:
            raise InputError(f"no column {error}", where=where) from error
        except ValueError as error:
            raise InputError("not an answer", where=where, why=str(error)) from error
        if given.id not in seen:
            seen.add(given.id)
            yield given


def _pair(row: Mapping[str, Any]) -> Given:
    task = Task(str(row["input"]), (str(row["output_1"]), str(row["output_2"])))
    return Given(str(row["id"]), task, own_stratum=str(row["subset"]))


def window(now: int, since: int | None) -> tuple[int, int]:
    """From when on answers are taken: the last day where nobody says."""
    return (now - DAY if since is None else since), now + 1
