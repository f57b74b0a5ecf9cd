"""Which series there are: identity by fingerprint, labels in an index of their own."""

import json
from functools import cache, lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Select, bindparam, insert, select, update

from reinfra.model import Kind, SeriesKey
from reinfra.store import notes
from reinfra.store.base import Source, Stored
from reinfra.store.errors import StoreError
from reinfra.store.selector import Selector
from reinfra.store.tables import series, series_label, source

_CHUNK = 500  # keys asked for in one statement


class SourceRow(NamedTuple):
    """A source, and up to which frame its series' last instants are noted."""

    id: int
    noted_seq: int
    unnoted: int


def source_row(connection: Connection, given: Source, now: int) -> SourceRow:
    """The row of a source, made if it is new. Raises StoreError if real and simulated would mix."""
    found = connection.execute(_SOURCE, {"given": given.name}).first()
    if found is not None and found.origin == given.origin:
        return SourceRow(found.id, found.noted_seq, found.unnoted)
    if found is not None:
        raise StoreError(
            f"source {given.name} was {found.origin} and is now {given.origin}",
            todo="Give the new one another name.",
        )
    _refuse_a_mixture(connection, given)
    row = {"name": given.name, "origin": given.origin, "note": given.note, "refused": 0}
    add = insert(source).values(**row, updated_at=now).returning(source.c.id)
    return SourceRow(int(connection.execute(add).scalar_one()), 0, 0)


# The row is locked on PostgreSQL, so that frames of one source are committed in the order of their seq.
_SOURCE = select(source).where(source.c.name == bindparam("given")).with_for_update()


def _refuse_a_mixture(connection: Connection, given: Source) -> None:
    rest = connection.execute(select(source.c.origin).distinct()).scalars().all()
    if rest and ("simulated" in rest) != (given.origin == "simulated"):
        raise StoreError(
            f"{given.origin} samples are not written beside {', '.join(sorted(rest))} ones",
            todo="Use another database: simulated and real numbers are never mixed.",
        )


def widen(connection: Connection, ids: NDArray[np.int64], at: NDArray[np.int64]) -> None:
    """Make sure that these series are said to begin no later than these instants."""
    order = np.lexsort((at, ids))
    ids, at = ids[order], at[order]
    first = np.diff(ids, prepend=-1) != 0
    rows = [
        {"which": id_, "low": low}
        for id_, low in zip(ids[first].tolist(), at[first].tolist(), strict=True)
    ]
    connection.execute(_EARLIER, rows)


_EARLIER = (
    update(series)
    .where(series.c.id == bindparam("which"), series.c.first_at > bindparam("low"))
    .values(first_at=bindparam("low"))
)


def find(connection: Connection, selector: Selector, recent: notes.Recent) -> list[Stored]:
    """The series that match; equality is asked of the label index, patterns are tried here."""
    exact = [one for one in selector.matchers if one.op == "=" and one.value]
    asked: dict[str, Any] = {"metric": selector.metric}
    for i, one in enumerate(exact):
        asked |= {f"name{i}": one.name, f"value{i}": one.value}
    query = _found(len(exact), metric=selector.metric is not None)
    rows = connection.execute(query, asked).all()
    last = recent.read(connection)
    found = [
        Stored(id_, _parsed(metric, labels, kind, unit), name, first_at, max(last.get(id_, at), at))
        for id_, metric, labels, kind, unit, name, first_at, at in rows
    ]
    if len(exact) == len(selector.matchers):
        return found
    return [stored for stored in found if selector.matches(stored.key)]


@cache
def _found(labels: int, *, metric: bool) -> Select[Any]:
    """The statement for so many exact labels, made once: building it took longer than running it."""
    s = series.c
    identity = (s.id, s.metric, s.labels, s.kind, s.unit)
    query = select(*identity, source.c.name, s.first_at, s.last_at).join(source).order_by(s.id)
    if metric:
        query = query.where(series.c.metric == bindparam("metric"))
    c = series_label.c
    for i in range(labels):
        having = select(c.series_id).where(
            c.name == bindparam(f"name{i}"), c.value == bindparam(f"value{i}")
        )
        # Few series share a metric and are looked up one by one; else the label's own series come first.
        looked_up = having.where(c.series_id == series.c.id).exists()
        query = query.where(looked_up if metric else series.c.id.in_(having))
    return query


def keys_of(connection: Connection, ids: set[int]) -> dict[int, SeriesKey]:
    """The keys of these series ids."""
    wanted = sorted(ids)
    keys: dict[int, SeriesKey] = {}
    for start in range(0, len(wanted), _CHUNK):
        query = select(series).where(series.c.id.in_(wanted[start : start + _CHUNK]))
        keys.update((row.id, _key(row)) for row in connection.execute(query))
    return keys


def _key(row: Any) -> SeriesKey:  # noqa: ANN401 - a row of a select has no narrower type
    return _parsed(row.metric, row.labels, row.kind, row.unit)


@lru_cache(maxsize=200_000)
def _parsed(metric: str, labels: str, kind: str, unit: str) -> SeriesKey:
    return SeriesKey.of(metric, json.loads(labels), Kind(kind), unit)
