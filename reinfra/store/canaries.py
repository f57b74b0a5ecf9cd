"""Rows of canary sets: items with their first grades, and what each later run made of them."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, func, insert, select

from reinfra.store.schema import judge_canary, judge_canary_run, judge_item, judgement

Row = dict[str, Any]


def items(connection: Connection, judge: str, rubric: str) -> list[Row]:
    """The set with its first grades and tasks, empty where none was drawn yet."""
    mine = judge_canary.c
    query = (
        select(mine.item, mine.order, mine.score, judge_item.c.task, judge_item.c.stratum)
        .join(judge_item, judge_item.c.id == mine.item)
        .where(mine.judge == judge, mine.rubric == rubric)
        .order_by(mine.item, mine.order)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def candidates(connection: Connection, config: str) -> list[Row]:
    """Graded items whose texts are kept, with the first grade under this configuration."""
    first = judgement.c
    these = (first.config == config) & (first.replicate == 0) & (first.status == "ok")
    query = (
        select(first.item, first.order, first.score, judge_item.c.task, judge_item.c.stratum)
        .join(judge_item, judge_item.c.id == first.item)
        .where(these, judge_item.c.texts == "keep")
        .order_by(first.item, first.order)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def add(connection: Connection, judge: str, rubric: str, chosen: Sequence[Row], now: int) -> None:
    rows = [
        {
            "judge": judge,
            "rubric": rubric,
            **{name: row[name] for name in ("item", "order", "score")},
            "at": now,
        }
        for row in chosen
    ]
    connection.execute(insert(judge_canary), rows)


def count(connection: Connection, judge: str, rubric: str) -> int:
    mine = judge_canary_run.c
    query = select(func.max(mine.number)).where(mine.judge == judge, mine.rubric == rubric)
    return int(connection.execute(query).scalar() or 0)


def note(connection: Connection, row: Row) -> None:
    connection.execute(insert(judge_canary_run).values(row))


def history(connection: Connection, most: int = 50) -> list[Row]:
    """The latest runs of all canaries, the newest first."""
    query = select(judge_canary_run).order_by(judge_canary_run.c.at.desc()).limit(most)
    rows = connection.execute(query).mappings()
    return [dict(row) | {"figures": json.loads(row["figures"])} for row in rows]
