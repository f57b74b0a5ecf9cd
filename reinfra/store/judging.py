"""Rows of judging: items once, replies as they come, what was spent, and the sets that reports read."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, exists, func, select, update

from reinfra.store.grades import SetInfo
from reinfra.store.schema import (
    graded_item,
    graded_set,
    human_label,
    judge_canary,
    judge_item,
    judge_label,
    judge_run,
    judgement,
    verdict,
)
from reinfra.store.stretches import clipped
from reinfra.store.upsert import insert_missing, insert_new, upsert

Row = dict[str, Any]
REPLY_SIZE = 4_096
SETTLED = ("ok", "unparsed", "refused", "filtered")
"""Statuses that another run does not ask about again; an error or a time-out may be over by then."""

_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Spent:
    """Since some instant: replies, and 1e-12 USD of those whose price is known."""

    replies: int
    cost: int
    unpriced: int


_TOKENS = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens")


@dataclass(frozen=True, slots=True)
class Totals:
    """Tokens by kind, tries, and 1e-12 USD; `cost` is None where a price is unknown."""

    tokens: dict[str, int]
    attempts: int
    cost: int | None


def settled(connection: Connection, keys: Sequence[str]) -> set[str]:
    """Which of these questions have a reply that stands."""
    found: set[str] = set()
    for start in range(0, len(keys), _CHUNK):
        these = judgement.c.key.in_(keys[start : start + _CHUNK])
        query = select(judgement.c.key).where(these, judgement.c.status.in_(SETTLED))
        found.update(connection.execute(query).scalars())
    return found


def add_items(
    connection: Connection, info: SetInfo, items: Sequence[Row], graded: Sequence[Row]
) -> None:
    """Sampled items, and the same in the graded set `info`; one that is there keeps its first probability."""
    if not insert_new(connection, graded_set, _set_row(info)):
        connection.execute(
            update(graded_set).where(graded_set.c.name == info.name).values(_set_row(info))
        )
    insert_missing(connection, judge_item, items)
    upsert(connection, graded_item, [{"set_name": info.name, **row} for row in graded])


def add_replies(
    connection: Connection, set_name: str, replies: Sequence[Row], verdicts: Sequence[Row]
) -> None:
    kept = [
        row | {"reply": clipped(row["reply"], REPLY_SIZE), "why": clipped(row["why"], 500)}
        for row in replies
    ]
    upsert(connection, judgement, kept)
    upsert(connection, verdict, [{"set_name": set_name, **row} for row in verdicts])


def add_labels(connection: Connection, set_name: str, labels: Iterable[Row], now: int) -> None:
    """Labels of items of the set; a rater's second one replaces the first."""
    rows = [{"set_name": set_name, **row} for row in labels]
    upsert(connection, human_label, rows)
    days = [
        {"set_name": set_name, "item": row["item"], "rater": row["rater"], "at": now}
        for row in rows
    ]
    upsert(connection, judge_label, days)


def labelled_since(connection: Connection, set_name: str, since: int) -> dict[str, int]:
    """How many items of each stratum got a label since then."""
    these = (judge_label.c.set_name == set_name) & (judge_label.c.at >= since)
    query = (
        select(judge_item.c.stratum, func.count(judge_label.c.item.distinct()))
        .join(judge_label, judge_label.c.item == judge_item.c.id)
        .where(these)
        .group_by(judge_item.c.stratum)
    )
    return {row.stratum: int(row[1]) for row in connection.execute(query)}


def note_run(connection: Connection, row: Row) -> None:
    upsert(connection, judge_run, [row])


def spent(connection: Connection, since: int) -> Spent:
    table = judgement.c
    query = select(func.count(), func.sum(table.cost), func.count(table.cost)).where(
        table.at >= since
    )
    replies, cost, priced = connection.execute(query).one()
    return Spent(replies, int(cost or 0), replies - priced)


def costs(connection: Connection, since: int) -> list[Row]:
    """Replies, tokens and cost by UTC day, judge and price table; `cost` null where no price was known."""
    table = judgement.c
    day = table.at // 86_400_000
    named = [day.label("day"), table.judge, table.price_table]
    sums = [func.sum(getattr(table, name)).label(name) for name in (*_TOKENS, "attempts", "cost")]
    counts = [func.count().label("replies"), func.count(table.cost).label("priced")]
    query = (
        select(*named, *counts, *sums).where(table.at >= since).group_by(*named).order_by(*named)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def items(connection: Connection, set_name: str) -> list[Row]:
    """The items of a set that are still kept, each with its task as a mapping and its stratum."""
    query = (
        select(judge_item)
        .join(graded_item, graded_item.c.item == judge_item.c.id)
        .where(graded_item.c.set_name == set_name)
        .order_by(judge_item.c.id)
    )
    rows = connection.execute(query).mappings()
    return [dict(row) | {"task": json.loads(row["task"])} for row in rows]


def expire(connection: Connection, before: int) -> int:
    """Forget the texts of items sampled before that, and the replies about them, except a canary's items.

    Verdicts stay, as do counts of tokens: they hold no text.
    """
    canary = exists().where(judge_canary.c.item == judge_item.c.id)
    old = judge_item.c.sampled_at < before
    gone = connection.execute(delete(judge_item).where(old, ~canary)).rowcount
    these = (judgement.c.at < before) & (judgement.c.reply != "")
    connection.execute(update(judgement).where(these).values(reply=""))
    return gone


def _set_row(info: SetInfo) -> Row:
    return {
        "name": info.name,
        "meaning": info.meaning,
        "origin": info.origin,
        "note": info.note,
    }


def runs(connection: Connection, most: int = 20) -> list[Mapping[str, Any]]:
    """The latest runs, the newest first."""
    query = select(judge_run).order_by(judge_run.c.at.desc()).limit(most)
    return [dict(row) for row in connection.execute(query).mappings()]


def unfinished(connection: Connection, judge: str, rubric: str) -> list[str]:
    """Runs that never said that they were over; call it where no other run can be on its way."""
    table = judge_run.c
    these = (table.judge == judge) & (table.rubric == rubric) & table.until.is_(None)
    return list(connection.execute(select(table.id).where(these)).scalars())


def replies_of(connection: Connection, run_ids: Sequence[str]) -> list[Row]:
    """First replies that these runs got, each with its item's stratum, probability and ids of trace and span."""
    mine = judgement.c
    query = (
        select(
            *(mine.item, mine.judge, mine.rubric, mine.order, mine.status, mine.score, mine.label),
            *(mine.why, judge_item.c.stratum, judge_item.c.probability, judge_item.c.at),
            *(judge_item.c.trace_id, judge_item.c.span_id),
        )
        .join(judge_item, judge_item.c.id == mine.item)
        .where(mine.run.in_(run_ids), mine.replicate == 0)
        .order_by(mine.item, mine.order)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def end_run(connection: Connection, run_id: str, at: int, state: str) -> None:
    these = judge_run.c.id == run_id
    connection.execute(update(judge_run).where(these).values(until=at, state=state))


def totals(connection: Connection, run_ids: Sequence[str]) -> Totals:
    """Of all replies that these runs got."""
    table = judgement.c
    sums = [func.coalesce(func.sum(getattr(table, name)), 0) for name in (*_TOKENS, "attempts")]
    query = select(*sums, func.sum(table.cost), func.count(), func.count(table.cost))
    *counts, cost, replies, priced = connection.execute(query.where(table.run.in_(run_ids))).one()
    tokens = dict(zip(_TOKENS, map(int, counts[:4]), strict=True))
    known = priced == replies
    return Totals(tokens, int(counts[4]), int(cost or 0) if known else None)
