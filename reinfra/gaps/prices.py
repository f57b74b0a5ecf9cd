"""What an hour of an instance costs, and who says so."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from reinfra.gaps.fmbench import number, open_table
from reinfra.model import InputError

COLUMNS = ("instance_type", "usd_per_hour", "source")


@dataclass(frozen=True, slots=True)
class Price:
    usd_per_hour: float
    source: str


Prices = Mapping[str, Price]
"""By exact instance type: SageMaker's "ml.g5.24xlarge" costs more than EC2's "g5.24xlarge"."""


def read_prices(path: Path) -> dict[str, Price]:
    """A table of instance_type, usd_per_hour, source. Raises InputError naming file, row and reason."""
    prices: dict[str, Price] = {}
    with open_table(path, COLUMNS) as table:
        for row in table:
            where = f"{path}, line {table.line_num}"
            name = row["instance_type"]
            if name in prices:
                raise InputError(f"{name} has two prices", where=where)
            usd = number(row, "usd_per_hour", where)
            if usd == 0:
                raise InputError(f"{name} costs nothing", where=where)
            prices[name] = Price(usd, row["source"] or "")
    return prices
