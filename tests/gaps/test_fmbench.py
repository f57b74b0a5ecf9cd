import csv
import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from reinfra.gaps.fmbench import read_fmbench
from reinfra.gaps.prices import read_prices
from reinfra.model import InputError

GOOD = {
    "experiment_name": "llama2-13b-g5.24xlarge-tgi1.1.0",
    "concurrency": "4",
    "payload_file": "payload_en_1000-2000.jsonl",
    "successes": "3",
    "error_rate": "0.25",
    "all_prompts_token_count": "6000",
    "all_completions_token_count": "300",
    "latency_mean": "5.5",
    "instance_type": "ml.g5.24xlarge",
}

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(*rows: dict[str, str]) -> Path:
        path = tmp_path / "runs.csv"
        with path.open("w", newline="") as file:
            table = csv.DictWriter(file, list(rows[0]))
            table.writeheader()
            table.writerows(rows)
        return path

    return written


def test_the_recorded_runs_are_read_whole(folder: Path) -> None:
    runs = read_fmbench(folder / "fmbench_llama2_13b_2024-01-18.csv.gz")
    assert len(runs) == 993
    assert set(runs.model.tolist()) == {"llama2-13b", "llama2-70b-chat"}
    assert int(np.isnan(runs.latency).sum()) == 16
    assert int(runs.errors.sum()) == 59
    assert runs.source == "fmbench_llama2_13b_2024-01-18.csv"


def test_failed_requests_are_counted_and_their_prompts_kept(write: Write) -> None:
    runs = read_fmbench(write(GOOD))
    assert (runs.successes[0], runs.errors[0], runs.prompt_tokens[0]) == (3, 1, 6000)
    assert runs.time_per_token[0] == pytest.approx(5.5 * 4 / 300)
    assert runs.model[0] == "llama2-13b"
    assert runs.strata == (("payload_en_1000-2000", 4),)


def test_a_round_without_answers_has_no_latency_instead_of_zero(write: Write) -> None:
    tokens = "all_completions_token_count"
    row = GOOD | {"successes": "0", "error_rate": "1.0", "latency_mean": "", tokens: "0"}
    assert np.isnan(read_fmbench(write(row)).latency[0])


def test_a_name_of_another_form_names_no_model(write: Write) -> None:
    assert read_fmbench(write(GOOD | {"experiment_name": "my test"})).model[0] == ""


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"latency_mean": "fast"}, "latency_mean is 'fast'"),
        ({"latency_mean": "nan"}, "latency_mean is 'nan'"),
        ({"latency_mean": ""}, "latency_mean is ''"),
        ({"latency_mean": "0"}, "an answer takes time"),
        ({"concurrency": "2.5"}, "concurrency is '2.5'"),
        ({"concurrency": "0"}, "3 answers to 0 requests"),
        ({"successes": "-1"}, "successes is '-1'"),
        ({"error_rate": "0.0"}, "error_rate 0 contradicts 3 answers to 4 requests"),
        ({"all_completions_token_count": "-5"}, "all_completions_token_count is '-5'"),
        ({"instance_type": ""}, "instance_type is empty"),
    ],
)
def test_bad_rows_are_named_with_file_line_and_reason(
    write: Write, change: dict[str, str], said: str
) -> None:
    path = write(GOOD, GOOD | change)
    with pytest.raises(InputError) as raised:
        read_fmbench(path)
    assert said in str(raised.value)
    assert f"{path}, line 3" in str(raised.value)


def test_a_file_without_a_column_says_which(write: Write) -> None:
    row = {name: text for name, text in GOOD.items() if name != "latency_mean"}
    with pytest.raises(InputError, match="lacks the columns latency_mean"):
        read_fmbench(write(row))


def test_a_file_without_rows_is_bad_input(tmp_path: Path) -> None:
    path = tmp_path / "empty.csv"
    path.write_text(",".join(GOOD) + "\n")
    with pytest.raises(InputError, match="no rows"):
        read_fmbench(path)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("runs.csv.gz", b"not gzip"),
        ("cut.csv.gz", gzip.compress(b"a,b\n" * 1000, mtime=0)[:40]),
        ("runs.csv", b"\xff\xfe\x00"),
    ],
)
def test_an_unreadable_file_is_bad_input(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError, match=name):
        read_fmbench(path)


def test_a_missing_file_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot read the table"):
        read_fmbench(tmp_path / "none.csv")


def test_a_side_is_found_by_instance_type_or_experiment(write: Write) -> None:
    runs = read_fmbench(write(GOOD, GOOD | {"instance_type": "ml.p4d.24xlarge"}))
    assert len(runs.of("p4d.24xlarge")) == len(runs.of("ml.g5.24xlarge")) == 1
    assert len(runs.of("llama2-13b-g5.24xlarge-tgi1.1.0")) == 2
    with pytest.raises(InputError, match=r"holds: g5\.24xlarge, p4d\.24xlarge"):
        runs.of("inf2.xlarge")


def test_prices_are_read_with_their_source(folder: Path) -> None:
    prices = read_prices(folder / "prices.csv.gz")
    assert prices["ml.inf2.48xlarge"].usd_per_hour == 15.58
    assert "FMBench" in prices["ml.inf2.48xlarge"].source


@pytest.mark.parametrize("line", ["a,0,x", "a,-1,x", "a,,x", "a,1,x\na,2,x"])
def test_a_price_that_cannot_be_is_bad_input(tmp_path: Path, line: str) -> None:
    path = tmp_path / "prices.csv"
    path.write_text(f"instance_type,usd_per_hour,source\n{line}\n")
    with pytest.raises(InputError, match=r"prices\.csv, line"):
        read_prices(path)
