import gzip
import math
from pathlib import Path

import pytest

from collectors.base import CollectorError
from reinfra.model import Kind, Origin
from tests.collectors.files.reading import read

NO_FACTOR = "a unit that no fixed factor connects with the signal's"
NEW_YEAR = 1_577_836_800_000  # 2020-01-01T00:00:00Z


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    return path


WIDE = "time,load,queue\n2020-01-01T00:00:00Z,0.5,3\n2020-01-01T00:01:00Z,,NaN\n"


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz"])
def test_a_wide_file_is_a_series_per_column(tmp_path: Path, name: str) -> None:
    got = read(write(tmp_path, name, WIDE))
    assert got.samples["load"] == {NEW_YEAR: 0.5}
    assert got.samples["queue"][NEW_YEAR] == 3
    assert math.isnan(got.samples["queue"][NEW_YEAR + 60_000])
    assert got.refused == {}
    assert {key.origin for key in got.keys.values()} == {Origin.LIVE}


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz"])
def test_json_lines_name_nested_fields_with_a_dot(tmp_path: Path, name: str) -> None:
    line = '{"time": 1577836800, "gpu": {"temp": 61, "note": null}, "load": NaN}\n'
    got = read(write(tmp_path, name, line))
    assert got.samples["gpu.temp"] == {NEW_YEAR: 61}
    assert set(got.samples) == {"gpu.temp", "load"}
    assert math.isnan(got.samples["load"][NEW_YEAR])


def test_a_long_file_is_a_sample_per_row_with_labels_and_units(tmp_path: Path) -> None:
    text = (
        "ts;name;v;u;host\n"
        "1577836800;memory;2;GiBy;a\n"
        "1577836800;memory;3;MiBy;b\n"
        "1577836800;other;1;1;b\n"
        "1577836860;memory;1;furlong;b\n"
    )
    got = read(
        write(tmp_path, "a.csv", text),
        layout="long",
        delimiter=";",
        time="ts",
        metric="name",
        value="v",
        unit="u",
        label_columns=["host"],
        measured={"memory": {"metric": "system.memory.usage"}},
        labels={"site": "x", "host": "never"},
    )
    assert got.samples == {
        'system.memory.usage{host="a",site="x"}': {NEW_YEAR: 2 * 1024**3},
        'system.memory.usage{host="b",site="x"}': {NEW_YEAR: 3 * 1024**2},
    }
    assert got.refused == {NO_FACTOR: 1}
    assert "line 5" in got.reasons[0]
    assert "'furlong' to 'By'" in got.reasons[0]


def test_a_unit_is_converted_where_a_factor_is_known(tmp_path: Path) -> None:
    text = "time,cpu,mem\n1577836800,38,2\n"
    measured = {
        "cpu": {"metric": "system.cpu.utilization", "unit": "%"},
        "mem": {"metric": "system.memory.usage", "unit": "GiBy"},
    }
    got = read(write(tmp_path, "a.csv", text), measured=measured)
    assert got.samples["system.cpu.utilization"] == {NEW_YEAR: pytest.approx(0.38)}
    assert got.samples["system.memory.usage"] == {NEW_YEAR: 2 * 1024**3}
    assert got.keys["system.memory.usage"].unit == "By"


def test_a_unit_that_no_factor_connects_is_refused_and_the_rest_is_read(tmp_path: Path) -> None:
    text = "time,cpu,load\n1577836800,38,2\n"
    measured = {"cpu": {"metric": "system.cpu.utilization", "unit": "W"}, "load": {"unit": "1"}}
    got = read(write(tmp_path, "a.csv", text), measured=measured)
    assert got.samples == {"load": {NEW_YEAR: 2}}
    assert got.refused == {NO_FACTOR: 1}


def test_an_unknown_metric_keeps_its_unit_and_is_a_gauge(tmp_path: Path) -> None:
    got = read(
        write(tmp_path, "a.csv", "time,x,y\n1577836800,1,2\n"), measured={"x": {"unit": "W"}}
    )
    assert (got.keys["x"].unit, got.keys["x"].kind) == ("W", Kind.GAUGE)
    assert set(got.samples) == {"x"}


def test_bad_rows_are_counted_with_the_first_place(tmp_path: Path) -> None:
    text = 'time,v\n1577836800,1\nyesterday,2\n1577836860,two\n1577836920\n1577836980,"3\n1577837040,4\n'
    got = read(write(tmp_path, "a.csv", text))
    assert got.samples == {"v": {NEW_YEAR: 1, NEW_YEAR + 240_000: 4}}
    assert got.refused == {
        "a time that is none": 1,
        "a value that is no number": 1,
        "another number of cells than headings": 1,
        "a cell that spans lines": 1,
    }
    (reason,) = got.reasons
    assert reason.startswith("4 refused, first in line 5: another number of cells")


def test_a_file_of_which_nothing_can_be_taken_waits_for_better_settings(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", "time,v\n2020-01-01 00:00,1\n")
    with pytest.raises(CollectorError, match=r"line 2: a time without a zone: set zone"):
        read(path)
    write(tmp_path, "b.csv", "time,v\n1577836800,1\n")
    got = read(tmp_path / "*.csv")
    assert got.samples == {"v": {NEW_YEAR: 1}}
    again = read(tmp_path / "*.csv", got.cursor, zone="UTC")
    assert again.samples == {"v": {NEW_YEAR: 1}}


def test_rows_that_follow_a_heading_read_before_wait_too(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", "time,v\n")
    heading = read(path)
    write(tmp_path, "a.csv", "time,v\n2020-01-01 00:00,1\n")
    with pytest.raises(CollectorError, match="set zone"):
        read(path, heading.cursor)
    assert read(path, heading.cursor, zone="UTC").samples == {"v": {NEW_YEAR: 1}}


def test_of_two_values_at_one_time_the_later_row_is_kept(tmp_path: Path) -> None:
    got = read(write(tmp_path, "a.csv", "time,v\n1577836800,1\n1577836800.0,2\n"))
    assert got.samples == {"v": {NEW_YEAR: 2}}
    assert list(got.refused.values()) == [1]


def test_underscores_booleans_and_words_are_no_numbers(tmp_path: Path) -> None:
    lines = '{"at": 1577836800, "v": true}\n{"at": 1577836801, "v": "1_000"}\n{"at": 1577836802, "v": " 7 "}\n'
    got = read(write(tmp_path, "a.jsonl", lines))
    assert got.samples == {"v": {NEW_YEAR + 2_000: 7}}
    assert got.refused == {"a value that is no number": 2}


def test_words_for_nothing_are_no_samples(tmp_path: Path) -> None:
    got = read(write(tmp_path, "a.csv", "at,v\n1577836800,N/A\n1577836801,inf\n"), empty=["N/A"])
    assert list(got.samples["v"]) == [NEW_YEAR + 1_000]
    assert math.isnan(got.samples["v"][NEW_YEAR + 1_000])


def test_headings_may_come_from_the_settings(tmp_path: Path) -> None:
    got = read(write(tmp_path, "a.csv", "1577836800,1\n"), columns=["at", "v"])
    assert got.samples == {"v": {NEW_YEAR: 1}}


@pytest.mark.parametrize(
    "line",
    [
        b"\xff\xfe",
        b"[" * 100_000,
        b"[1]",
        b'{"at": 1, "v": ' + b"9" * 5_000 + b"}",
        b'{"at": 1577836800, "v": {"a":',
        b'{"at": {"x": 1}, "v": 1}',
        b"\x00\x00",
    ],
)
def test_hostile_lines_are_counted(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"at": 1577836800, "v": 1}\n' + line + b"\n")
    got = read(path)
    assert got.samples == {"v": {NEW_YEAR: 1}}
    assert sum(got.refused.values()) == 1


def test_a_label_of_any_length_is_not_taken(tmp_path: Path) -> None:
    text = f"at,v,host\n1577836800,1,{'x' * 2_000}\n1577836800,2,a\n"
    got = read(write(tmp_path, "a.csv", text), label_columns=["host"])
    assert got.samples == {'v{host="a"}': {NEW_YEAR: 2}}
