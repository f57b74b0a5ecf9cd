"""New series, many at a time: a first scrape of a fleet brings a hundred thousand.

By the driver itself: SQLAlchemy took four times as long for a row as the database.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from json.encoder import encode_basestring_ascii as quoted
from typing import Any, NamedTuple

from sqlalchemy import Connection

from reinfra.model import SeriesKey

_ASKED = 500
"""Fingerprints in one question."""

_ADDED = 10_000
"""Series in one statement."""


class KnownSeries(NamedTuple):
    id: int
    first_at: int
    last_at: int


New = Mapping[bytes, tuple[SeriesKey, int]]
"""By fingerprint, a series and its first instant."""


def known(connection: Connection, prints: Sequence[bytes]) -> dict[bytes, KnownSeries]:
    """The series of these fingerprints, as far as there are any."""
    mark = "%s" if connection.dialect.name == "postgresql" else "?"
    found: dict[bytes, KnownSeries] = {}
    for start in range(0, len(prints), _ASKED):
        part = tuple(prints[start : start + _ASKED])
        rows = connection.exec_driver_sql(_KNOWN.format(",".join([mark] * len(part))), part)
        found.update((bytes(row[0]), KnownSeries(*row[1:])) for row in rows)
    return found


def add(connection: Connection, new: New, source_id: int) -> dict[bytes, KnownSeries]:
    """Make these series and index their labels."""
    ids: dict[bytes, int] = {}
    made = _made_postgresql if connection.dialect.name == "postgresql" else _made_sqlite
    for part in _parts(new):
        ids |= made(connection, part, source_id)
    added = {
        print_: KnownSeries(id_, new[print_][1], new[print_][1]) for print_, id_ in ids.items()
    }
    others = [print_ for print_ in new if print_ not in ids]  # made by another writer meanwhile
    return added | known(connection, others)


def _parts(new: New) -> Iterator[New]:
    items = iter(new.items())
    while part := dict(islice(items, _ADDED)):
        yield part


def _made_sqlite(connection: Connection, new: New, source_id: int) -> dict[bytes, int]:
    """No other transaction writes now, so that it may number the rows itself."""
    first = connection.exec_driver_sql(_NEXT).scalar_one()
    ids = {print_: id_ for id_, print_ in enumerate(new, first)}
    rows = [
        (ids[print_], print_, source_id, *_described(key), at, at)
        for print_, (key, at) in new.items()
    ]
    connection.exec_driver_sql(_SERIES, rows)
    postings = [(*pair, f"[{','.join(map(str, of))}]") for pair, of in _labels(new, ids)]
    if postings:
        connection.exec_driver_sql(_LABELS, postings)
    return ids


def _made_postgresql(connection: Connection, new: New, source_id: int) -> dict[bytes, int]:
    """A column is one array: the statement is sent and planned once."""
    rows = [(print_, *_described(key), at, at) for print_, (key, at) in new.items()]
    made = connection.exec_driver_sql(_SERIES_PG, (source_id, *_columns(rows)))
    ids = {bytes(print_): int(id_) for id_, print_ in made}
    postings = [(*pair, id_) for pair, of in _labels(new, ids) for id_ in of]
    if postings:
        connection.exec_driver_sql(_LABELS_PG, _columns(postings))
    return ids


def _described(key: SeriesKey) -> tuple[str, str, str, str]:
    labels = "{" + ", ".join(map(_json, key.labels)) + "}"
    return key.metric, key.kind.value, key.unit, labels


def _labels(new: New, ids: Mapping[bytes, int]) -> list[tuple[tuple[str, str], list[int]]]:
    """The series of each label, in the order of the index: so each page of it is written once."""
    found: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for print_, id_ in ids.items():
        for pair in new[print_][0].labels:
            found[pair].append(id_)
    return sorted(found.items())


def _columns(rows: Sequence[tuple[Any, ...]]) -> tuple[list[Any], ...]:
    return tuple(list(column) for column in zip(*rows, strict=True))


@lru_cache(maxsize=65_536)
def _json(pair: tuple[str, str]) -> str:
    return f"{quoted(pair[0])}: {quoted(pair[1])}"


_KNOWN = "SELECT fingerprint, id, first_at, last_at FROM series WHERE fingerprint IN ({})"
_NEXT = "SELECT coalesce(max(id), 0) + 1 FROM series"
_INTO = "(fingerprint, source_id, metric, kind, unit, labels, first_at, last_at)"
_SERIES = f"INSERT INTO series (id, {_INTO[1:]} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
_LABELS = "INSERT INTO series_label (name, value, series_id) SELECT ?, ?, value FROM json_each(?)"
_SERIES_PG = (
    f"INSERT INTO series {_INTO} "  # noqa: S608
    "SELECT print, %s, metric, kind, unit, labels, first_at, last_at FROM unnest("
    "%s::bytea[], %s::text[], %s::text[], %s::text[], %s::text[], %s::bigint[], %s::bigint[]"
    ") AS new (print, metric, kind, unit, labels, first_at, last_at) "
    "ON CONFLICT (fingerprint) DO NOTHING RETURNING id, fingerprint"
)
_LABELS_PG = (
    "INSERT INTO series_label (name, value, series_id) "
    "SELECT * FROM unnest(%s::text[], %s::text[], %s::bigint[])"
)
