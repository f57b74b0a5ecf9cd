import io
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors import tabular_file
from collectors.base import CollectorError
from collectors.tabular import Table, Tabular
from reinfra.model import Batch, Kind, Origin
from tests.collectors.recordings import value, values

NEW_YEAR = 1_577_836_800_000  # 2020-01-01T00:00:00Z


def read(tmp_path: Path, text: str, time: str = "", only: tuple[str, ...] = ()) -> Table:
    path = tmp_path / "file.csv"
    path.write_text(text)
    return Tabular(path, time, only).read()


def columns(batch: Batch) -> dict[str, list[tuple[int, float]]]:
    return {
        key.metric: list(
            zip(batch.at[batch.series == i].tolist(), batch.value[batch.series == i], strict=True)
        )
        for i, key in enumerate(batch.keys)
    }


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("2020-01-01 00:00:00", "2020-01-01 00:01:00"),
        ("2020-01-01T00:00:00Z", "2020-01-01T00:01:00Z"),
        ("2020-01-01T02:00:00+02:00", "2020-01-01T02:01:00+02:00"),
        ("2020-01-01T00:00:00.000000000Z", "2020-01-01T01:01:00+01:00"),
        ("1577836800", "1577836860"),
        ("1577836800.0", "1577836860.0"),
        ("1577836800000", "1577836860000"),
        ("1577836800000000", "1577836860000000"),
        ("1577836800000000000", "1577836860000000000"),
    ],
)
def test_times_as_people_write_them(tmp_path: Path, first: str, second: str) -> None:
    table = read(tmp_path, f"ds,v\n{first},1\n{second},2.5\n")
    assert columns(table.batch) == {"v": [(NEW_YEAR, 1.0), (NEW_YEAR + 60_000, 2.5)]}


def test_a_date_alone_is_its_midnight(tmp_path: Path) -> None:
    assert read(tmp_path, "date,v\n2020-01-01,1\n").batch.at.tolist() == [NEW_YEAR]


@pytest.mark.parametrize(
    ("time", "note"),
    [
        ("2020-01-01 00:00:00", "Times without a zone were read as UTC."),
        ("1577836800", "Times were read as seconds since 1970 UTC."),
    ],
)
def test_what_was_assumed_of_times_is_said(tmp_path: Path, time: str, note: str) -> None:
    assert read(tmp_path, f"time,v\n{time},1\n").notes == (note,)


def test_a_zone_leaves_nothing_to_assume(tmp_path: Path) -> None:
    assert read(tmp_path, "time,v\n2020-01-01T00:00:00Z,1\n").notes == ()


def test_mixed_zones_are_noticed(tmp_path: Path) -> None:
    table = read(tmp_path, "time,v\n2020-01-01T00:00:00Z,1\n2020-01-01 00:01:00,1\n")
    assert table.notes == ("Times without a zone were read as UTC.",)
    assert np.diff(table.batch.at).tolist() == [60_000]


def test_the_time_column_is_found_by_name_before_type(tmp_path: Path) -> None:
    rows = "2020-01-01T00:00:00Z,2021-01-01T00:00:00Z,1\n"
    assert read(tmp_path, f"seen,Timestamp,v\n{rows}", only=("v",)).time_column == "Timestamp"
    assert read(tmp_path, f"seen,made,v\n{rows}", only=("v",)).time_column == "seen"
    assert read(tmp_path, f"at,made,v\n{rows}", time="made", only=("v",)).time_column == "made"


def test_no_sample_and_nothing_sensible_stay_apart(tmp_path: Path) -> None:
    table = read(tmp_path, "time,v,w\n1577836800,,1\n1577836860,NaN,\n1577836920,inf,0\n")
    assert values(table.batch, "w").tolist() == [1.0, 0.0]
    assert np.isnan(values(table.batch, "v")).tolist() == [True, True]


def test_unsorted_and_repeated_rows_are_put_right_and_said(tmp_path: Path) -> None:
    table = read(tmp_path, "time,v\n1577836860,1\n1577836800,2\n1577836860,3\n")
    assert columns(table.batch) == {"v": [(NEW_YEAR, 2.0), (NEW_YEAR + 60_000, 3.0)]}
    assert table.notes[1:] == (
        "The rows were not in order of time and were sorted.",
        "1 rows repeat the time of a later row and were left out.",
    )


def test_a_registered_signal_keeps_its_kind_and_unit(tmp_path: Path) -> None:
    key = read(tmp_path, "time,gen_ai.server.request.errors\n1577836800,1\n").batch.keys[0]
    assert (key.kind, key.unit, key.origin) == (Kind.PERIOD_COUNT, "{request}", Origin.RECORDED)
    assert key.label("file.name") == "file.csv"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the file is empty"),
        ("time,v\n", "there are no rows"),
        ("\n\n", "cannot be read as CSV or Parquet"),
        ("time,v\n1577836800,1\n1577836860,1,2\n", "cannot be read as CSV or Parquet"),
        ("a,b\n1,2\n", "there is no time column: the columns are a, b"),
        ("time,v\n2020-01-01,1\nsoon,2\n", "column 'time': row 2 is not a time: 'soon'"),
        ("time,v\n01/02/2014 10:00,1\n", "row 1 is not a time: '01/02/2014 10:00'"),
        ("time,v\n0,1\n1,2\n", "row 1 is not a time: 0"),
        ("time,v\n1577836800,1\n5,2\n", "row 2 is not a time: 5: in seconds since 1970"),
        ("time,v\n1577836800,1\n,2\n", "row 2 has no time"),
        ("time,v\n1577836800,1\nNaN,2\n", "row 2 is not a time: nan"),
        ("time,v\n1577836800,1\n1577836860,high\n", "column 'v': row 2 is not a number: 'high'"),
        ("time,v\n1577836800,true\n", "row 1 is not a number: 'true'"),
        ("time,v\n1577836800,2020-01-01\n", "row 1 is not a number: '2020-01-01'"),
        ("time\n1577836800\n", "no column beside the time"),
        ("time,v,v\n1577836800,1,2\n", "two columns have one name"),
    ],
)
def test_a_bad_file_gets_one_clear_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(CollectorError) as caught:
        read(tmp_path, text)
    assert said in str(caught.value)
    assert "file.csv" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_named_columns_must_exist(tmp_path: Path) -> None:
    with pytest.raises(CollectorError, match="no column 'x'"):
        read(tmp_path, "time,v\n1577836800,1\n", time="x")
    with pytest.raises(CollectorError, match="no column 'x'"):
        read(tmp_path, "time,v\n1577836800,1\n", only=("x",))


def test_what_is_no_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CollectorError, match="cannot be read"):
        Tabular(tmp_path / "gone.csv").read()
    with pytest.raises(CollectorError, match="cannot be read"):
        Tabular(tmp_path).read()
    (tmp_path / "cut.parquet").write_bytes(b"PAR1 and then nothing")
    with pytest.raises(CollectorError, match=r"cut\.parquet: cannot be read"):
        Tabular(tmp_path / "cut.parquet").read()
    (tmp_path / "noise.csv").write_bytes(bytes(range(256)))
    with pytest.raises(CollectorError, match=r"noise\.csv"):
        Tabular(tmp_path / "noise.csv").read()


def test_a_file_beyond_the_bounds_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tabular_file, "MAX_CELLS", 3)
    with pytest.raises(CollectorError, match="more than 3 cells"):
        read(tmp_path, "time,v\n1577836800,1\n1577836860,1\n")
    monkeypatch.setattr(tabular_file, "MAX_BYTES", 10)
    with pytest.raises(CollectorError, match="larger than 10 bytes"):
        read(tmp_path, "time,v\n1577836800,1\n")


def test_an_integer_column_may_turn_fractional_late(tmp_path: Path) -> None:
    rows = "".join(f"{1577836800 + 60 * i},1\n" for i in range(100_000))
    table = read(tmp_path, f"time,v\n{rows}1583836860,1.5\n")
    assert table.batch.value[-1] == 1.5


cells = st.none() | st.floats(width=64, allow_infinity=False)
tables = st.lists(st.tuples(st.integers(0, 10_000), cells, cells), min_size=1, max_size=30)


def as_parquet(rows: list[tuple[int, float | None, float | None]]) -> bytes:
    out = io.BytesIO()
    columns = {
        "time": pa.array([NEW_YEAR + at * 1000 for at, _, _ in rows], pa.timestamp("ms", "UTC")),
        "v": pa.array([v for _, v, _ in rows], pa.float64()),
        "w": pa.array([w for _, _, w in rows], pa.float64()),
    }
    pa.parquet.write_table(pa.table(columns), out)
    return out.getvalue()


def as_csv(rows: list[tuple[int, float | None, float | None]]) -> bytes:
    def cell(number: float | None) -> str:
        return "" if number is None else repr(number)

    lines = (f"{NEW_YEAR + at * 1000},{cell(v)},{cell(w)}\n" for at, v, w in rows)
    return ("time,v,w\n" + "".join(lines)).encode()


@settings(max_examples=50, deadline=None)
@given(rows=tables)
def test_csv_and_parquet_say_the_same_and_lose_nothing(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[int, float | None, float | None]],
) -> None:
    path = tmp_path_factory.mktemp("table") / "file"
    read_back = []
    for write in (as_csv, as_parquet):
        path.write_bytes(write(rows))
        read_back.append(Tabular(path).read().batch)
    last = {at: (v, w) for at, v, w in rows}
    for batch in read_back:
        expected = {
            name: [
                (NEW_YEAR + at * 1000, last[at][i])
                for at in sorted(last)
                if last[at][i] is not None
            ]
            for i, name in enumerate(("v", "w"))
        }
        np.testing.assert_equal(
            columns(batch), {name: points for name, points in expected.items() if points}
        )


def test_the_whole_file_is_one_batch(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_text("time,v\n1577836800,1\n")
    (batch,) = Tabular(path, labels={"host.name": "h"}).collect()
    assert value(batch, "v", {"host.name": "h"}) == 1.0
