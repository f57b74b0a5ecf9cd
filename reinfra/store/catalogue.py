"""Which series there are: identity by fingerprint, labels in an index of their own."""

import json
from typing import Any

from sqlalchemy import Connection, bindparam, case, insert, select, update

from reinfra.model import Batch, Kind, SeriesKey
from reinfra.store.base import Source, Stored
from reinfra.store.errors import StoreError
from reinfra.store.schema import series, series_label, source
from reinfra.store.selector import Selector

_CHUNK = 500  # keys asked for in one statement


def source_id(connection: Connection, given: Source, now: int) -> int:
    """The id of a source, made known if it is new. Raises StoreError if real and simulated would mix."""
    found = connection.execute(select(source).where(source.c.name == given.name)).first()
    if found is not None and found.origin == given.origin:
        return int(found.id)
    if found is not None:
        raise StoreError(
            f"source {given.name} was {found.origin} and is now {given.origin}",
            todo="Give the new one another name.",
        )
    _refuse_a_mixture(connection, given)
    row = {"name": given.name, "origin": given.origin, "note": given.note, "refused": 0}
    add = insert(source).values(**row, updated_at=now).returning(source.c.id)
    return int(connection.execute(add).scalar_one())


def _refuse_a_mixture(connection: Connection, given: Source) -> None:
    rest = connection.execute(select(source.c.origin).distinct()).scalars().all()
    if rest and ("simulated" in rest) != (given.origin == "simulated"):
        raise StoreError(
            f"{given.origin} samples are not written beside {', '.join(sorted(rest))} ones",
            todo="Use another database: simulated and real numbers are never mixed.",
        )


def ids_of(
    connection: Connection, batch: Batch, given: int, spans: list[tuple[int, int]]
) -> list[int]:
    """The ids of the batch's keys, new ones added; `spans` are their first and last sample's times."""
    prints = [key.fingerprint for key in batch.keys]
    known = _known(connection, prints)
    new = {
        print_: _row(key, print_, given, span)
        for key, print_, span in zip(batch.keys, prints, spans, strict=True)
        if print_ not in known
    }
    if new:
        connection.execute(insert(series), list(new.values()))
        known = _known(connection, prints)
        keys = dict(zip(prints, batch.keys, strict=True))
        labels = [
            {"name": name, "value": value, "series_id": known[print_]}
            for print_ in new
            for name, value in keys[print_].labels
        ]
        if labels:
            connection.execute(insert(series_label), labels)
    _widen(connection, [known[print_] for print_ in prints], spans)
    return [known[print_] for print_ in prints]


def find(connection: Connection, selector: Selector) -> list[Stored]:
    """The series that match; equality is asked of the label index, patterns are tried here."""
    query = select(series, source.c.name.label("source_name")).join(source).order_by(series.c.id)
    if selector.metric is not None:
        query = query.where(series.c.metric == selector.metric)
    for matcher in selector.matchers:
        if matcher.op == "=" and matcher.value:
            having = select(series_label.c.series_id).where(
                series_label.c.name == matcher.name, series_label.c.value == matcher.value
            )
            query = query.where(series.c.id.in_(having))
    found = (_stored(row) for row in connection.execute(query))
    return [stored for stored in found if selector.matches(stored.key)]


def keys_of(connection: Connection, ids: set[int]) -> dict[int, SeriesKey]:
    """The keys of these series ids."""
    wanted = sorted(ids)
    keys: dict[int, SeriesKey] = {}
    for start in range(0, len(wanted), _CHUNK):
        query = select(series).where(series.c.id.in_(wanted[start : start + _CHUNK]))
        keys.update((row.id, _key(row)) for row in connection.execute(query))
    return keys


def _known(connection: Connection, prints: list[bytes]) -> dict[bytes, int]:
    known: dict[bytes, int] = {}
    for start in range(0, len(prints), _CHUNK):
        query = select(series.c.fingerprint, series.c.id).where(
            series.c.fingerprint.in_(prints[start : start + _CHUNK])
        )
        known.update((bytes(row.fingerprint), row.id) for row in connection.execute(query))
    return known


def _widen(connection: Connection, ids: list[int], spans: list[tuple[int, int]]) -> None:
    wider = (
        update(series)
        .where(series.c.id == bindparam("which"))
        .where((series.c.first_at > bindparam("low")) | (series.c.last_at < bindparam("high")))
        .values(
            first_at=case(
                (series.c.first_at > bindparam("low"), bindparam("low")), else_=series.c.first_at
            ),
            last_at=case(
                (series.c.last_at < bindparam("high"), bindparam("high")), else_=series.c.last_at
            ),
        )
    )
    rows = [
        {"which": id_, "low": low, "high": high}
        for id_, (low, high) in zip(ids, spans, strict=True)
    ]
    connection.execute(wider, rows)


def _row(key: SeriesKey, print_: bytes, given: int, span: tuple[int, int]) -> dict[str, Any]:
    return {
        "fingerprint": print_,
        "source_id": given,
        "metric": key.metric,
        "kind": key.kind,
        "unit": key.unit,
        "labels": json.dumps(dict(key.labels)),
        "first_at": span[0],
        "last_at": span[1],
    }


def _stored(row: Any) -> Stored:  # noqa: ANN401 - a row of a joined select has no narrower type
    return Stored(row.id, _key(row), row.source_name, row.first_at, row.last_at)


def _key(row: Any) -> SeriesKey:  # noqa: ANN401
    return SeriesKey.of(row.metric, json.loads(row.labels), Kind(row.kind), row.unit)
