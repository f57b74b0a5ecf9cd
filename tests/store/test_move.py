"""Ways out and in: nothing is lost and nothing is changed on the way."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from reinfra.model import DAY, HOUR, MINUTE, Batch, InputError, Kind, Origin, SeriesKey
from reinfra.store import Selector, Source, Store, StoreError, open_store
from reinfra.store.check import check
from reinfra.store.move import move
from reinfra.store.parquet import export, import_from
from reinfra.store.seal import seal
from reinfra.store.totals import totals
from tests.store.conftest import NOW, Hand

KEYS = (
    SeriesKey.of("load", {"host.name": "a b"}, unit="1"),
    SeriesKey.of("requests", {"job": "x"}, Kind.COUNTER, "{request}"),
)
ABOUT = ("recorded", "shifted by 3 days")
RECORDED = Source("recorded", Origin.RECORDED, ABOUT[1])


def history(store: Store) -> None:
    at = NOW - np.arange(0, DAY, 10 * MINUTE)[::-1]
    for key in KEYS:
        value = np.sin(at / HOUR)
        value[5] = np.array([0x7FF0000000000002]).view(np.float64)[0]
        store.write(Batch.of_series(key, at, value), RECORDED, watermark=NOW)
    seal(store, everything=True)


def contents(store: Store) -> dict[SeriesKey, list[list[int]]]:
    found = store.samples(store.series(Selector()), 0, NOW + DAY)
    columns = zip(found.keys, found.at, found.value, strict=True)
    return {key: [at.tolist(), value.view(np.int64).tolist()] for key, at, value in columns}


def test_everything_moves_to_another_database(
    scratch: Store, any_url: str, tmp_path: Path, clock: Hand
) -> None:
    history(scratch)
    scratch.write(Batch.at_instant(NOW + 1, [(KEYS[0], 2.0)]), RECORDED)  # one frame is still hot
    url = any_url if any_url.startswith("postgres") else f"sqlite:///{tmp_path}/other.db"
    moved = move(scratch, url)
    assert moved.rows["series"] == 2
    there = open_store(url, clock=clock)
    assert contents(there) == contents(scratch)
    assert check(there).clean
    assert there.watermark("recorded") == NOW
    there.write(
        Batch.at_instant(NOW + 2, [(KEYS[0], 3.0)]), RECORDED
    )  # ids go on from those copied
    assert there.series(Selector())[0].last_at == NOW + 2
    there.engine.dispose()
    with pytest.raises(StoreError, match="not empty"):
        move(scratch, url)


def test_parquet_goes_out_and_comes_back_bit_for_bit(
    held: Store, tmp_path: Path, clock: Hand
) -> None:
    history(held)
    done = export(held, str(tmp_path / "out"))
    assert (done.files, done.samples) == (7, 288)
    again = open_store(f"sqlite:///{tmp_path}/again.db", clock=clock, create=True)
    assert import_from(again, str(tmp_path / "out")).samples == 288
    assert contents(again) == contents(held)
    assert [one.key.unit for one in again.series(Selector())] == ["1", "{request}"]
    assert import_from(again, str(tmp_path / "out")).samples == 0
    again.engine.dispose()


def test_parquet_is_plain_columns_to_others(scratch: Store, tmp_path: Path) -> None:
    import pyarrow.dataset as ds

    history(scratch)
    export(scratch, str(tmp_path / "out"), Selector("load"))
    table = ds.dataset(tmp_path / "out", partitioning="hive").to_table().to_pandas()
    assert set(table["metric"]) == {"load"}
    assert len(table) == 144
    assert_array_equal(np.sort(table["at"].astype("int64")), np.unique(table["at"].astype("int64")))


def test_what_is_no_export_is_refused(scratch: Store, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no Parquet"):
        import_from(scratch, str(tmp_path / "nothing"))
    (tmp_path / "bad.parquet").write_bytes(b"PAR1 no")
    with pytest.raises(InputError, match="not a file of exported samples"):
        import_from(scratch, str(tmp_path))


def test_duckdb_reads_the_export(scratch: Store, tmp_path: Path) -> None:
    import duckdb

    history(scratch)
    scratch.write(Batch.at_instant(NOW - HOUR, [(KEYS[0], math.inf)]), RECORDED)
    seal(scratch, everything=True)
    export(scratch, str(tmp_path / "out"))
    with duckdb.connect() as link:
        rows = link.execute(
            f"""SELECT metric, labels::JSON, unit, source, origin, note, count(*), epoch_ms(min("at")),
                epoch_ms(max("at")), list(epoch_ms("at") ORDER BY "at"), list(value ORDER BY "at"),
                sum(value) FILTER (isfinite(value))
            FROM read_parquet('{tmp_path}/out/**/*.parquet', hive_partitioning = true)
            WHERE date >= '2023-11-13' GROUP BY ALL ORDER BY metric"""  # noqa: S608 - a path of ours
        ).fetchall()
    selected = scratch.series(Selector())
    found = scratch.samples(selected, 0, NOW + 1)
    sums = totals(scratch, selected, 0, NOW + 1)
    for i, (key, row) in enumerate(zip(found.keys, rows, strict=True)):
        at, value = found.at[i], found.value[i]
        assert row[:6] == (key.metric, json.dumps(dict(key.labels)), key.unit, "recorded", *ABOUT)
        assert row[6:9] == (at.size, at[0], at[-1])
        assert row[9] == at.tolist()
        assert_array_equal(np.array(row[10]), value)
        assert row[11] == pytest.approx(sums[i])
    assert math.inf in rows[0][10]
