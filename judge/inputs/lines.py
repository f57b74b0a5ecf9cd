"""Answers from JSON lines, plain or gzipped; columns of an SQL query have the same names.

A line is {"item", "question", "answer"} with optional "answers" (two, for a pair), "reference", "context", "at"
(ISO 8601, or ms since 1970), "service", "model", "prompt_version", "accelerator", "stratum", "cluster",
"finish_reason", "trace_id" and "span_id". "id", "input" and "output" are taken for item, question and answer.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from judge.inputs.given import Given, GivenPage
from judge.prompt import Task
from judge.recorded.lines import read_rows
from reinfra.model import InputError

LONGEST_TEXT = 200_000
LONGEST_NAME = 200


def read_lines(path: Path) -> GivenPage:
    """Raises InputError with file and line."""
    items = tuple(read_rows(path, given_of))
    seen: set[str] = set()
    for item in items:
        if item.id in seen:
            raise InputError(f"item {item.id[:40]!r} appears twice", where=str(path))
        seen.add(item.id)
    return GivenPage(items)


def given_of(row: Mapping[str, Any]) -> Given:
    """Raises KeyError for a missing field, ValueError for one that is not as it should be."""
    answers = row.get("answers")
    if answers is None:
        answers = [_text(row, "answer", "output")]
    elif not isinstance(answers, list) or not all(isinstance(each, str) for each in answers):
        raise ValueError("answers is not a list of texts")
    task = Task(
        _text(row, "question", "input"),
        tuple(_bounded(each, "answers") for each in answers),
        _optional(row, "reference", LONGEST_TEXT),
        _optional(row, "context", LONGEST_TEXT),
    )
    return Given(
        id=_name(row, "item", "id"),
        task=task,
        at=_instant(row.get("at")),
        service=_optional(row, "service"),
        model=_optional(row, "model"),
        prompt_version=_optional(row, "prompt_version"),
        accelerator=_optional(row, "accelerator"),
        own_stratum=_optional(row, "stratum"),
        cluster=_optional(row, "cluster"),
        finish=_optional(row, "finish_reason"),
        trace_id=_optional(row, "trace_id"),
        span_id=_optional(row, "span_id"),
    )


def _text(row: Mapping[str, Any], *names: str) -> str:
    found = next((row[name] for name in names if row.get(name) is not None), None)
    if found is None:
        raise KeyError(names[0])
    if not isinstance(found, str):
        raise ValueError(f"{names[0]} is no text")  # noqa: TRY004 - refused like the rest
    return _bounded(found, names[0])


def _name(row: Mapping[str, Any], *names: str) -> str:
    found = next((row[name] for name in names if row.get(name) is not None), None)
    if found is None:
        raise KeyError(names[0])
    if isinstance(found, bool) or not isinstance(found, str | int) or not str(found).strip():
        raise ValueError(f"{names[0]} is no name")
    return _bounded(str(found), names[0], LONGEST_NAME)


def _optional(row: Mapping[str, Any], name: str, most: int = LONGEST_NAME) -> str:
    found = row.get(name)
    if found is None:
        return ""
    if isinstance(found, bool) or not isinstance(found, str | int):
        raise ValueError(f"{name} is no text")  # noqa: TRY004 - refused like the rest
    return _bounded(str(found), name, most)


def _bounded(given: str, name: str, most: int = LONGEST_TEXT) -> str:
    if len(given) > most:
        raise ValueError(f"{name} has more than {most} characters")
    return given.replace("\0", "\ufffd")


def _instant(given: object) -> int:
    if given is None:
        return 0
    if isinstance(given, int) and not isinstance(given, bool):
        at = given
    elif isinstance(given, datetime):
        at = _ms(given)
    elif isinstance(given, str):
        at = _ms(datetime.fromisoformat(given))
    else:
        raise ValueError("at is neither a time nor milliseconds")  # noqa: TRY004 - likewise
    if not 0 <= at < 253_402_300_800_000:  # noqa: PLR2004 - the year 10000
        raise ValueError("at is no time since 1970")
    return at


def _ms(given: datetime) -> int:
    aware = given if given.tzinfo else given.replace(tzinfo=UTC)
    return round(aware.timestamp() * 1_000)
