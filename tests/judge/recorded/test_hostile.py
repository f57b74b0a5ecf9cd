"""Files as they come: damaged, cut, enormous, or not what they claim to be."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judge.items import GradedSet
from judge.recorded import lines, read_llmbar, read_pandalm, read_verdict_files
from reinfra.model import ExitCode, InputError
from tests.judge.recorded_sets import LLMBAR, PANDALM

READERS: list[Callable[[Path], GradedSet]] = [read_llmbar, read_pandalm, read_verdict_files]
DEEP = b"[" * 200_000


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "no graded item"),
        (b"\n  \n", "no graded item"),
        (b"{", "line 1: not JSON"),
        (b"\xff\xfe\n", "line 1: not JSON"),
        (DEEP, "nested too deeply"),
        (b"[1]\n", "not a JSON object"),
        (b"\n{}\n", "line 2: not a graded item"),
        (b"\x1f\x8b\x08 not gzip at all", "cannot read"),
    ],
)
def test_bad_files_get_one_line_with_the_place_and_the_reason(
    read: Callable[[Path], GradedSet], content: bytes, why: str, tmp_path: Path
) -> None:
    file = tmp_path / "verdicts.jsonl"
    file.write_bytes(content)
    with pytest.raises(InputError) as raised:
        read(file)
    assert why in str(raised.value)
    assert str(file) in str(raised.value)
    assert "\n" not in str(raised.value)
    assert raised.value.exit_code is ExitCode.USAGE


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        read_llmbar(tmp_path / "none.jsonl")


def test_a_cut_gzip_file_is_not_half_read(tmp_path: Path) -> None:
    file = tmp_path / "cut.jsonl.gz"
    file.write_bytes(LLMBAR.read_bytes()[:60_000])
    with pytest.raises(InputError, match="cannot read"):
        read_llmbar(file)


def test_a_line_without_end_is_refused_before_it_fills_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "LONGEST_LINE", 1_000)
    file = tmp_path / "bomb.jsonl.gz"
    file.write_bytes(gzip.compress(b" " * 10_000_000))
    with pytest.raises(InputError, match="too long"):
        read_pandalm(file)


@pytest.mark.parametrize(
    ("field", "value"),
    [("cmp", "one-model"), ("human", [3]), ("verdicts", {"gpt": "9"}), ("human", None), ("id", [])],
)
def test_a_wrong_field_is_refused_with_its_line(field: str, value: object, tmp_path: Path) -> None:
    with gzip.open(PANDALM) as stream:
        first, second = (json.loads(next(stream)) for _ in range(2))
    file = tmp_path / "pandalm.jsonl"
    file.write_text(f"{json.dumps(first)}\n{json.dumps({**second, field: value})}\n")
    with pytest.raises(InputError, match=r"pandalm\.jsonl, line 2: not a graded item"):
        read_pandalm(file)


SCALARS = st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5)
JSON: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)
ROWS = st.fixed_dictionaries({"item": JSON, "judge": JSON, "value": JSON}, optional={"order": JSON})


@settings(max_examples=50, deadline=None)
@given(ROWS)
def test_any_json_is_either_a_verdict_or_a_plain_error(
    tmp_path_factory: pytest.TempPathFactory, row: dict[str, Any]
) -> None:
    file = tmp_path_factory.mktemp("rows") / "verdicts.jsonl"
    file.write_text(json.dumps(row) + "\n")
    try:
        (verdict,) = read_verdict_files(file).verdicts
    except InputError:
        return
    assert verdict.score is None or 0 <= verdict.score <= 1
