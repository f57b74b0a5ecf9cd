"""Files that grow, rotate, are truncated and replaced: nothing is lost and nothing is read twice."""

import gzip
import json
import os
import shutil
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.base import CollectorError
from collectors.files import content
from collectors.files.marks import parsed
from collectors.files.place import FileError
from reinfra.model import Page
from reinfra.store import Selector, Source, Store, open_store
from tests.collectors.files.reading import LATER, NOW, Reading, Samples, read, source

START = 1_577_836_800

whole_lines = st.lists(
    st.sampled_from(["", "good", "good", "good", "bad", "long", "wide", "\r"]),
    min_size=1,
    max_size=30,
)


def text_of(kinds: list[str]) -> bytes:
    rows = {"": "", "bad": "never,1", "wide": "1,2,3,4", "\r": "x\ry,1", "long": f"{'y' * 90},1"}
    lines = [rows.get(kind, f"{START + row},{row}") for row, kind in enumerate(kinds)]
    return ("time,v\n" + "\n".join(lines) + "\n").encode()


def in_pieces(path: Path, whole: bytes, cuts: list[int], page: int) -> Reading:
    """What comes of a file that is read after each piece that is appended."""
    got = Reading()
    edges = sorted({min(cut, len(whole)) for cut in cuts} | {0, len(whole)})
    for start, end in pairwise(edges):
        with path.open("ab") as file:
            file.write(whole[start:end])
        # A clock before the file was written: its last line is never taken for settled.
        try:
            got.take(source(path, page=page, now=0).resume(got.cursor))
        except CollectorError as error:
            assert "nothing in it can be taken" in str(error)  # noqa: PT017
    return got


@given(whole_lines, st.lists(st.integers(0, 500), max_size=6), st.sampled_from([64, 100, 4096]))
@settings(max_examples=50, deadline=None)
def test_any_split_into_appended_pieces_gives_the_same_samples(
    tmp_path_factory: pytest.TempPathFactory, kinds: list[str], cuts: list[int], page: int
) -> None:
    folder, whole = tmp_path_factory.mktemp("split"), text_of(["good", *kinds])
    (folder / "whole.csv").write_bytes(whole)
    once = read(folder / "whole.csv", now=0)
    split = in_pieces(folder / "pieces.csv", whole, cuts, page)
    assert split.samples == once.samples
    numbers = {
        START * 1000 + 1000 * row: row
        for row, kind in enumerate(["good", *kinds])
        if kind == "good"
    }
    assert once.samples == {"v": numbers}


def stored(store: Store) -> Samples:
    series = store.series(Selector())
    found = store.samples(series, 0, 2**60)
    return {
        str(key): dict(zip(at.tolist(), value.tolist(), strict=True))
        for key, at, value in zip(found.keys, found.at, found.value, strict=True)
    }


@given(stops=st.lists(st.integers(0, 4), max_size=8), page=st.sampled_from([64, 200]))
@settings(max_examples=12, deadline=None)
def test_a_kill_between_any_two_pages_loses_and_doubles_nothing(
    migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory, stops: list[int], page: int
) -> None:
    folder = tmp_path_factory.mktemp("killed")
    answers = [
        {"id": str(row), "time": START + row, "passed": row % 3 > 0, "model": "m"}
        for row in range(40)
    ]
    for name, part in (("a.jsonl", answers[:25]), ("b.jsonl", answers[25:])):
        (folder / name).write_text("".join(json.dumps(one) + "\n" for one in part))
    store = open_store(
        f"sqlite:///{shutil.copy(migrated_sqlite, folder / 'r.db')}", clock=lambda: NOW
    )
    made = source(folder / "*.jsonl", page=page, layout="evaluations", window=10)
    for most in [*stops, 10_000]:
        for number, one in enumerate(made.resume(store.cursor("files"))):
            if number >= most:
                break
            if isinstance(one, Page):
                store.write(one.batch, Source("files"), cursor=one.cursor)
    counted = stored(store)
    store.engine.dispose()
    windows = {START * 1000 + 10_000 * window: 10.0 for window in range(4)}
    labels = '{gen_ai.evaluation.name="passed",gen_ai.request.model="m"}'
    assert counted[f"reinfra.quality.trials{labels}"] == windows
    passed = sum(counted[f"reinfra.quality.successes{labels}"].values())
    assert passed == sum(1 for one in answers if one["passed"])


def line(row: int) -> str:
    return f"{START + row},{row}\n"


def expected(*rows: int) -> Samples:
    return {"v": {(START + row) * 1000: float(row) for row in rows}}


def test_half_a_last_line_waits_for_its_rest(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("time,v\n" + line(1) + f"{START + 2},1")
    first = read(path, now=0)
    assert first.samples == expected(1)
    with path.open("a") as file:
        file.write("2\n")
    assert read(path, first.cursor, now=0).samples == {"v": {(START + 2) * 1000: 12}}


def test_a_last_line_without_an_end_is_taken_when_the_file_has_settled(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("time,v\n" + line(1) + line(2).rstrip())
    first = read(path, now=0)
    settled = read(path, first.cursor, now=LATER)
    assert settled.samples == expected(2)
    assert read(path, settled.cursor).pages == 0
    with path.open("a") as file:
        file.write("\n" + line(3))
    assert read(path, settled.cursor).samples == expected(3)


def test_a_line_that_goes_on_after_it_was_taken_is_counted_and_no_number_is_made_of_its_rest(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("time,v\n" + line(1).rstrip())
    settled = read(path, now=LATER)
    with path.open("a") as file:
        file.write("5\n" + line(2))
    got = read(path, settled.cursor)
    assert got.samples == expected(2)
    assert got.refused == {"a line that went on after it was taken for whole": 1}


def test_a_rotated_file_is_read_on_under_its_new_name(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("time,v\n" + line(1))
    first = read(tmp_path / "a.csv*")
    with path.open("a") as file:
        file.write(line(2))
    path.rename(tmp_path / "a.csv.1")
    path.write_text("time,v\n" + line(3))
    got = read(tmp_path / "a.csv*", first.cursor)
    assert got.samples == expected(2, 3)
    assert set(parsed(got.cursor)) == {str(path), str(path) + ".1"}


def test_a_file_that_is_copied_away_and_truncated_is_read_on_in_the_copy(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("time,v\n" + line(1))
    first = read(tmp_path / "a.csv*")
    (tmp_path / "a.csv.1").write_text("time,v\n" + line(1) + line(2))
    path.write_text("time,v\n")
    second = read(tmp_path / "a.csv*", first.cursor)
    assert second.samples == expected(2)
    path.write_text("time,v\n" + line(3))
    assert read(tmp_path / "a.csv*", second.cursor).samples == expected(3)


def test_a_rotated_file_that_was_compressed_is_known_again(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("time,v\n" + line(1))
    first = read(tmp_path / "a.csv*")
    packed = gzip.compress(("time,v\n" + line(1) + line(2)).encode())
    (tmp_path / "a.csv.1.gz").write_bytes(packed)
    path.unlink()
    assert read(tmp_path / "a.csv*", first.cursor).samples == expected(2)


def test_a_renamed_file_gives_nothing_again(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("time,v\n" + line(1))
    first = read(tmp_path / "*.csv")
    path.rename(tmp_path / "b.csv")
    got = read(tmp_path / "*.csv", first.cursor)
    assert got.samples == {}
    assert read(tmp_path / "*.csv", got.cursor).pages == 0


@pytest.mark.parametrize("rows", [(7,), (7, 8, 9), (1, 7)])
def test_another_file_of_the_same_name_is_read_from_its_start(
    tmp_path: Path, rows: tuple[int, ...]
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("time,v\n" + line(1) + line(2))
    first = read(path)
    path.write_text("time,v\n" + "".join(map(line, rows)))
    assert read(path, first.cursor).samples == expected(*rows)


def test_an_unchanged_file_costs_no_page(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("time,v\n" + line(1))
    first = read(path)
    assert first.pages == 1
    assert read(path, first.cursor).pages == 0


def test_a_compressed_file_grows_by_members_and_its_last_one_may_be_unfinished(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.csv.gz"
    second = gzip.compress((line(2) + line(3)).encode())
    path.write_bytes(gzip.compress(("time,v\n" + line(1)).encode()) + second[:10])
    first = read(path, now=0)
    assert first.samples == expected(1)
    with path.open("ab") as file:
        file.write(second[10:])
    assert read(path, first.cursor, now=0).samples == expected(2, 3)


def test_a_damaged_compressed_file_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.csv.gz").write_bytes(b"\x1f\x8b" + b"no gzip at all")
    (tmp_path / "b.csv").write_text("time,v\n" + line(1))
    got = read(tmp_path / "*")
    assert got.samples == expected(1)
    assert "a.csv.gz: is damaged" in got.reasons[0]


def test_a_compressed_bomb_is_read_in_pages_and_ends_at_a_bound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(b"time,v\n" + line(1).encode() + b"0" * 3_000_000))
    monkeypatch.setattr(content, "MAX_UNPACKED", 1_000_000)
    got = Reading()
    with pytest.raises(FileError, match="unpacks to more than"):
        got.take(source(path, page=100_000).resume(None))
    assert got.samples == expected(1)


def test_a_line_longer_than_a_page_is_one_refusal(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("time,v\n" + line(1) + "z" * 1_000 + "\n" + line(2))
    got = Reading().take(source(path, page=64).resume(None))
    assert got.samples == expected(1, 2)
    assert got.refused == {"a line longer than 64 bytes": 1}
    assert "line 3" in got.reasons[0]


def table(path: Path, rows: range, group: int = 7) -> None:
    at = pa.array([(START + row) * 1000 for row in rows], pa.timestamp("ms", tz="UTC"))
    columns = {"time": at, "v": pa.array([float(row) for row in rows])}
    pa.parquet.write_table(pa.table(columns), path, row_group_size=group)


def test_parquet_is_read_in_pages_and_again_from_where_it_was_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("collectors.files.parquet.ROWS", 3)
    path = tmp_path / "a.parquet"
    table(path, range(20))
    got = Reading().take(source(path).resume(None), most=3)
    assert 0 < len(got.samples["v"]) < 20
    rest = Reading().take(source(path).resume(got.cursor))
    assert not got.samples["v"].keys() & rest.samples["v"].keys()
    assert got.samples["v"] | rest.samples["v"] == expected(*range(20))["v"]
    assert read(path, rest.cursor).pages == 0
    table(path, range(50, 52))
    assert read(path, rest.cursor).samples == expected(50, 51)


def test_parquet_that_is_still_written_is_named_until_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    table(path, range(3))
    whole = path.read_bytes()
    path.write_bytes(whole[:-20])
    with pytest.raises(CollectorError, match="cannot be read as Parquet"):
        read(path)
    path.write_bytes(whole)
    assert read(path).samples == expected(0, 1, 2)


def test_a_cursor_that_is_none_reads_everything_again(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("time,v\n" + line(1))
    for cursor in ("", "{}", '{"format":1,"files":[]}', '{"format":1,"files":{"x":5}}', "null"):
        assert read(path, cursor).samples == expected(1)


def test_a_pipe_is_no_file_and_a_folder_neither(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.csv")
    (tmp_path / "b.csv").mkdir()
    assert read(tmp_path / "*.csv").reasons == ["no file is there"]


def test_what_is_beyond_the_number_of_files_is_said(tmp_path: Path) -> None:
    for row in range(3):
        path = tmp_path / f"{row}.csv"
        path.write_text("time,v\n" + line(row))
        os.utime(path, (START + row, START + row))
    got = read(tmp_path / "*.csv", max_files=2)
    assert got.samples == expected(1, 2)
    assert got.reasons == ["1 older files are not read: max_files"]
