import datetime as dt

import pytest

from benchmarks import __main__ as command
from benchmarks.results import header, table


def test_a_table_is_markdown_with_columns_of_one_width() -> None:
    assert table(("a", "width"), [("long", 1), ("b", 12)]).splitlines() == [
        "| a    | width |",
        "| ---- | ----- |",
        "| long | 1     |",
        "| b    | 12    |",
    ]


def test_a_row_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        table(("a", "b"), [("only one",)])


def test_a_header_names_the_command_and_the_day() -> None:
    text = header("judge", dt.date(2026, 11, 21))
    assert text.startswith("# judge\n\n`python -m benchmarks judge` · 2026-11-21 · ")
    assert " cores, load " in text


@pytest.mark.parametrize("name", ["demo", "detection", "gaps", "judge"])
def test_every_benchmark_is_found_and_has_its_results_checked_in(name: str) -> None:
    assert name in command.names()
    results = (command.HERE / name / "RESULTS.md").read_text(encoding="utf-8")
    assert results.startswith(f"# {name}\n")


def test_an_unknown_benchmark_is_refused_before_anything_runs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["benchmarks", "judge", "nonsense"])
    with pytest.raises(SystemExit) as stopped:
        command.main()
    assert stopped.value.code == 2
    assert "no benchmark is called nonsense" in capsys.readouterr().err
