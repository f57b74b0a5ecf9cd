"""What tokens cost, by a table with a date and a source. An unknown price is unknown, and never 0."""

import csv
import math
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from importlib import resources
from pathlib import Path

from judge.backends import Usage
from reinfra.model import InputError

COLUMNS = ("model", "input", "output", "cache_read", "cache_write")
_MILLION = Decimal(1_000_000)
_MOST = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class Price:
    """USD of a million tokens; None where the table does not say."""

    input: Decimal
    output: Decimal
    cache_read: Decimal | None = None
    cache_write: Decimal | None = None

    def of(self, usage: Usage) -> Decimal | None:
        """USD of the tokens of one reply; None where it has tokens whose price is unknown."""
        priced = (
            (usage.input_tokens, self.input),
            (usage.output_tokens, self.output),
            (usage.cache_read_tokens, self.cache_read),
            (usage.cache_write_tokens, self.cache_write),
        )
        if any(tokens and price is None for tokens, price in priced):
            return None
        return sum((tokens * (price or 0) for tokens, price in priced), Decimal()) / _MILLION


@dataclass(frozen=True, slots=True)
class PriceTable:
    """`version` names the table and its day, as facts and verdicts carry it."""

    version: str
    prices: dict[str, Price]

    def find(self, judge: str) -> Price | None:
        """By the judge's whole name, its model, or its model without the geography of an inference profile."""
        model = judge.split("/", 1)[-1]
        plain = model.split(".", 1)[-1] if model.split(".", 1)[0] in _GEOGRAPHIES else model
        names = (judge, model, plain)
        return next((self.prices[name] for name in names if name in self.prices), None)


_GEOGRAPHIES = {"us", "eu", "apac", "global", "us-gov", "jp", "au", "ca", "sa"}


def shipped() -> PriceTable:
    with resources.as_file(resources.files("judge").joinpath("tables", "prices.csv")) as path:
        return read_prices(path)


def read_prices(path: Path) -> PriceTable:
    """A CSV file whose first line is "# VERSION" and whose second has the columns' names. Raises InputError."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise InputError("cannot read the prices", where=str(path), why=str(error)) from error
    if not lines or not lines[0].startswith("#"):
        todo = "Write `# NAME YYYY-MM-DD` there: verdicts say which table they were priced by."
        raise InputError("the first line names no version", where=str(path), todo=todo)
    rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    return PriceTable(lines[0].lstrip("# ").strip(), dict(_priced(rows, path)))


def _priced(rows: list[dict[str, str]], path: Path) -> Iterator[tuple[str, Price]]:
    for number, row in enumerate(rows, 1):
        try:
            yield row["model"], _price(row)
        except (KeyError, InvalidOperation, ValueError) as error:
            where = f"{path}, price {number}"
            raise InputError("not a price", where=where, why=str(error)) from error


def _price(row: dict[str, str]) -> Price:
    found = {name: _usd(row.get(name) or "") for name in COLUMNS[1:]}
    if not row["model"] or found["input"] is None or found["output"] is None:
        raise ValueError("model, input and output are needed")
    return Price(found["input"], found["output"], found["cache_read"], found["cache_write"])


def _usd(given: str) -> Decimal | None:
    if not given.strip():
        return None
    price = Decimal(given)
    if not math.isfinite(price) or not 0 <= price <= _MOST:
        raise ValueError(f"{given!r} is no price of a million tokens")
    return price
