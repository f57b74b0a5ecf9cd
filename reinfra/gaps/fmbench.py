"""Reads the result tables of FMBench (aws-samples/foundation-model-benchmarking-tool, all_metrics.csv).

One row is one round. Two fields are not read although they exist, because rows with failed requests
show them to be wrong: `prompt_token_count_mean` divides the prompts of all requests by the number of
answered ones, and `errors` carries the whole text of each failed request.
"""

import csv
import gzip
import math
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import numpy as np

from reinfra.gaps.runs import Runs
from reinfra.model import InputError

REQUIRED = (
    "experiment_name",
    "instance_type",
    "payload_file",
    "concurrency",
    "successes",
    "error_rate",
    "all_prompts_token_count",
    "all_completions_token_count",
    "latency_mean",
)
LONGEST_FIELD = 1 << 24  # `errors` can hold whole prompts, far beyond the csv module's default
ROUNDING = 0.005  # error_rate is written with two decimals

Row = Mapping[str, str | None]


def read_fmbench(path: Path) -> Runs:
    """Every round of an all_metrics.csv, plain or gzipped. Raises InputError naming file, row and reason."""
    with open_table(path, REQUIRED) as table:
        rows = [_round(row, f"{path}, line {table.line_num}") for row in table]
    if not rows:
        raise InputError("the file has no rows", where=str(path))
    columns = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    return Runs(source=path.name.removesuffix(".gz"), **columns)


@contextmanager
def open_table(path: Path, required: tuple[str, ...]) -> Iterator["csv.DictReader[str]"]:
    """A CSV file, plain or gzipped, that has these columns; what goes wrong is an InputError."""
    csv.field_size_limit(LONGEST_FIELD)
    try:
        with _open(path) as file:
            table = csv.DictReader(file, strict=True)
            missing = [name for name in required if name not in (table.fieldnames or ())]
            if missing:
                raise InputError(
                    f"the file lacks the columns {', '.join(missing)}", where=str(path)
                )
            yield table
    except (OSError, EOFError, UnicodeDecodeError, csv.Error, zlib.error) as error:
        raise InputError("cannot read the table", where=str(path), why=str(error)) from error


def _open(path: Path) -> TextIO:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8", newline="")
    return path.open(encoding="utf-8", newline="")


def _round(row: Row, where: str) -> dict[str, str | int | float]:
    concurrency = _count(row, "concurrency", where)
    successes = _count(row, "successes", where)
    errors = concurrency - successes
    _check_requests(row, concurrency, successes, where)
    instance, experiment = _text(row, "instance_type", where), _text(row, "experiment_name", where)
    return {
        "instance_type": instance,
        "model": _model(experiment, instance),
        "experiment": experiment,
        "endpoint": row.get("EndpointName") or "",
        "container": (row.get("Image") or "").rpartition("/")[2],
        "payload": _text(row, "payload_file", where).removesuffix(".jsonl"),
        "concurrency": concurrency,
        "latency": _latency(row, successes, where),
        "prompt_tokens": number(row, "all_prompts_token_count", where),
        "output_tokens": number(row, "all_completions_token_count", where),
        "successes": successes,
        "errors": errors,
    }


def _check_requests(row: Row, concurrency: int, successes: int, where: str) -> None:
    rate = number(row, "error_rate", where)
    if concurrency < 1 or successes > concurrency:
        raise InputError(f"{successes} answers to {concurrency} requests", where=where)
    if abs(rate - (concurrency - successes) / concurrency) > ROUNDING:
        raise InputError(
            f"error_rate {rate:g} contradicts {successes} answers to {concurrency} requests",
            where=where,
        )


def _model(experiment: str, instance: str) -> str:
    """llama2-13b of "llama2-13b-g5.24xlarge-huggingface-..."; a name of another form tells no model."""
    head, found, _ = experiment.partition(f"-{instance.removeprefix('ml.')}")
    return head if found else ""


def _latency(row: Row, successes: int, where: str) -> float:
    if not successes:
        return math.nan
    seconds = number(row, "latency_mean", where)
    if seconds == 0:
        raise InputError("latency_mean is 0: an answer takes time", where=where)
    return seconds


def _text(row: Row, name: str, where: str) -> str:
    text = row[name]
    if not text:
        raise InputError(f"{name} is empty", where=where)
    return text


def _count(row: Row, name: str, where: str) -> int:
    return int(_parsed(row, name, where, _whole, "a whole number from 0"))


def number(row: Row, name: str, where: str) -> float:
    """A finite number from 0 upwards."""
    return _parsed(row, name, where, float, "a number from 0")


def _parsed(row: Row, name: str, where: str, parse: Callable[[str], float], expected: str) -> float:
    text = row[name] or ""
    try:
        value = parse(text)
    except ValueError as error:
        raise InputError(f"{name} is {text!r}, not {expected}", where=where) from error
    if not (math.isfinite(value) and value >= 0):
        raise InputError(f"{name} is {text!r}, not {expected}", where=where)
    return value


def _whole(text: str) -> float:
    if not re.fullmatch(r"\d+(\.0+)?", text):
        raise ValueError(text)
    return float(text)
