"""Graded sets as rows: items, what judges said of them, what people said of them."""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from reinfra.model import Origin, Verdict, VerdictStatus
from reinfra.store.schema import graded_item, graded_set, human_label, verdict


@dataclass(frozen=True, slots=True)
class SetInfo:
    """A graded set's name, what the mean of its scores is, and what every page must say of it."""

    name: str
    meaning: str
    origin: Origin
    note: str


@dataclass(frozen=True, slots=True)
class Grades:
    """One set: items as (id, stratum, cluster, systems, text_sha256), labels as (item, rater, value)."""

    items: list[tuple[str, str, str, tuple[str, ...], str]]
    verdicts: list[Verdict]
    labels: list[tuple[str, str, float]]


def replace(connection: Connection, info: SetInfo, grades: Grades) -> None:
    """Write a set; one of the same name is replaced whole."""
    for table in (verdict, human_label, graded_item):
        connection.execute(delete(table).where(table.c.set_name == info.name))
    connection.execute(delete(graded_set).where(graded_set.c.name == info.name))
    connection.execute(
        insert(graded_set).values(
            name=info.name, meaning=info.meaning, origin=info.origin, note=info.note
        )
    )
    for table, rows in (
        (graded_item, [_item(*item) for item in grades.items]),
        (verdict, [_verdict(each) for each in grades.verdicts]),
        (
            human_label,
            [dict(zip(("item", "rater", "value"), each, strict=True)) for each in grades.labels],
        ),
    ):
        if rows:
            connection.execute(insert(table), [{"set_name": info.name, **row} for row in rows])


def listing(connection: Connection) -> list[SetInfo]:
    """The sets there are, by name."""
    rows = connection.execute(select(graded_set).order_by(graded_set.c.name))
    return [SetInfo(row.name, row.meaning, Origin(row.origin), row.note) for row in rows]


def load(connection: Connection, name: str) -> Grades:
    """The rows of the set `name`; empty for an unknown one."""
    items = connection.execute(select(graded_item).where(graded_item.c.set_name == name))
    verdicts = connection.execute(select(verdict).where(verdict.c.set_name == name))
    labels = connection.execute(select(human_label).where(human_label.c.set_name == name))
    return Grades(
        [
            (row.item, row.stratum, row.cluster, tuple(json.loads(row.systems)), row.text_sha256)
            for row in items
        ],
        [
            Verdict(
                row.item,
                row.judge,
                row.rubric,
                VerdictStatus(row.status),
                row.score,
                row.label,
                row.order,
            )
            for row in verdicts
        ],
        [(row.item, row.rater, row.value) for row in labels],
    )


def _item(
    item: str, stratum: str, cluster: str, systems: tuple[str, ...], sha: str
) -> dict[str, Any]:
    return {
        "item": item,
        "stratum": stratum,
        "cluster": cluster,
        "systems": json.dumps(systems),
        "text_sha256": sha,
    }


def _verdict(given: Verdict) -> dict[str, Any]:
    names = ("item", "judge", "rubric", "order", "status", "score", "label")
    return {name: getattr(given, name) for name in names}
