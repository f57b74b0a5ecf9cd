"""Samples in the Parquet files that `reinfra db export` wrote, on a disk or S3, read where they lie."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from reinfra.model import InputError, Kind, SeriesKey
from reinfra.store.address import shown
from reinfra.store.backends.readonly import ReadOnly, id_of, ordered
from reinfra.store.base import Stored
from reinfra.store.columns import Columns
from reinfra.store.errors import StoreError
from reinfra.store.parquet import located
from reinfra.store.selector import Selector

if TYPE_CHECKING:
    from pyarrow import RecordBatch, Table
    from pyarrow.dataset import Dataset

_IDENTITY = ("metric", "labels")
_ABOUT = (*_IDENTITY, "kind", "unit", "source")


@dataclass(slots=True)
class _Row:
    """A series over the files that name it; a later file says what it is."""

    stored: Stored
    text: str


class Parquet(ReadOnly):
    """`place` is a folder or `s3://bucket/prefix`. Which files there are is looked up once, when it is opened.

    Every file's times are read once to know the series and their first and last sample.
    """

    def __init__(self, place: str) -> None:
        self.name = shown(place)
        self._dataset = _opened(place, self.name)
        self._known: dict[SeriesKey, _Row] | None = None

    def series(self, selector: Selector) -> list[Stored]:
        found = (row.stored for row in self._rows().values() if selector.matches(row.stored.key))
        return sorted(found, key=lambda one: one.id)

    def watermark(self, source: str) -> int | None:
        """The newest sample of the source that was exported; what was hot then is not there."""
        rows = self._rows().values()
        return max(
            (one.stored.last_at for one in rows if one.stored.source == source), default=None
        )

    def columns(self, selected: list[Stored], since: int, until: int) -> Columns:
        rows = self._rows()
        place = {
            (one.key.metric, rows[one.key].text): i
            for i, one in enumerate(selected)
            if one.key in rows
        }
        if not place or until <= since:
            return Columns.empty()
        return ordered(Columns.concat(self._parts(place, since, until)))

    def _parts(self, place: dict[tuple[str, str], int], since: int, until: int) -> list[Columns]:
        """Row groups whose statistics exclude the window or the metrics are not read."""
        import pyarrow as pa
        import pyarrow.dataset as ds

        low, high = (pa.scalar(at, pa.timestamp("ms", tz="UTC")) for at in (since, until))
        wanted = ds.field("metric").isin(sorted({metric for metric, _ in place}))
        inside = (ds.field("at") >= low) & (ds.field("at") < high)
        try:
            batches = self._dataset.to_batches(
                columns=[*_IDENTITY, "at", "value"], filter=inside & wanted
            )
            parts = [_columns(batch, place) for batch in batches]
        except (pa.ArrowException, OSError) as error:
            raise self._unreadable(error) from error
        return [part for part in parts if part.ids.size]

    def _rows(self) -> dict[SeriesKey, _Row]:
        if self._known is None:
            import pyarrow as pa

            known: dict[SeriesKey, _Row] = {}
            try:
                for piece in self._dataset.get_fragments():
                    table = piece.to_table(schema=self._dataset.schema, columns=[*_ABOUT, "at"])
                    for row in _spans(table):
                        _learn(known, row)
            except (pa.ArrowException, OSError, KeyError, ValueError) as error:
                raise self._unreadable(error) from error
            self._known = known
        return self._known

    def _unreadable(self, error: Exception) -> StoreError:
        return StoreError("not files of exported samples", where=self.name, why=_said(error))


def _opened(place: str, name: str) -> "Dataset":
    import pyarrow as pa
    import pyarrow.dataset as ds
    from pyarrow.fs import FileSelector

    files, root = located(place)
    try:
        found = files.get_file_info(FileSelector(root, recursive=True, allow_not_found=True))
        paths = sorted(one.path for one in found if one.path.endswith(".parquet"))
        if not paths:
            raise InputError("no Parquet files are there", where=name)
        # Names are read as they are kept there: codes into a short list.
        kept = ds.ParquetFileFormat(dictionary_columns=set(_IDENTITY))
        return ds.dataset(paths, filesystem=files, format=kept)
    except (pa.ArrowException, OSError) as error:
        raise StoreError("cannot be read", where=name, why=_said(error)) from error


def _said(error: Exception) -> str:
    return shown(" ".join(str(error).split()))[:200]


def _spans(table: "Table") -> list[dict[str, Any]]:
    """The series of a file, and their first and last instant."""
    import pyarrow as pa

    plain = pa.table(
        {name: table[name].cast("int64" if name == "at" else "string") for name in (*_ABOUT, "at")}
    )
    found = plain.group_by(list(_ABOUT)).aggregate([("at", "min"), ("at", "max")])
    rows: list[dict[str, Any]] = found.to_pylist()
    return rows


def _learn(known: dict[SeriesKey, _Row], row: dict[str, Any]) -> None:
    labels = json.loads(row["labels"])
    key = SeriesKey.of(row["metric"], labels, Kind(row["kind"]), row["unit"])
    first, last = row["at_min"], row["at_max"]
    if key in known:
        first = min(first, known[key].stored.first_at)
        last = max(last, known[key].stored.last_at)
    known[key] = _Row(Stored(id_of(key), key, row["source"], first, last), row["labels"])


def _columns(batch: "RecordBatch", place: dict[tuple[str, str], int]) -> Columns:
    """The wanted samples of a batch, looked up once per series and not per row."""
    metrics, metric = _codes(batch, "metric")
    labels, label = _codes(batch, "labels")
    pair = metric * max(len(labels), 1) + label
    different, which = np.unique(pair, return_inverse=True)
    names = ((metrics[one // len(labels)], labels[one % len(labels)]) for one in different.tolist())
    ids = np.array([place.get(name, -1) for name in names], np.int64)[which]
    at = batch.column("at").cast("int64").to_numpy(zero_copy_only=False)
    rows = Columns(ids, at, batch.column("value").to_numpy(zero_copy_only=False))
    return rows if (ids >= 0).all() else rows.take(ids >= 0)


def _codes(batch: "RecordBatch", name: str) -> tuple[list[str], NDArray[np.int64]]:
    import pyarrow as pa

    column = batch.column(name)
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    codes = column.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    return column.dictionary.to_pylist(), codes
