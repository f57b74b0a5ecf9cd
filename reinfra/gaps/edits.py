"""The user's own facts about hardware: an append-only table beside the settings, the latest row wins.

Old rows stay, so that the table is its own history. Columns: on (day), name (instance type or
accelerator), field, value, source.
"""

import csv
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from reinfra.errors import InputError
from reinfra.gaps.catalogue import Accelerator, Catalogue, Instance, InstancePrice
from reinfra.gaps.fmbench import open_table
from reinfra.gaps.prices import Price

FILE = "reinfra-catalogue.csv"
COLUMNS = ("on", "name", "field", "value", "source")
PRICE = "usd_per_hour"
OPTIONS = ("on_demand", "reserved", "spot", "capacity_block", "on_premises")
INSTANCE = (
    "accelerator_count",
    "vcpu",
    "memory_bytes",
    "network_peak_bytes_per_second",
    "efa_interfaces",
)
ACCELERATOR = ("peak_flops", "memory_bytes", "memory_bytes_per_second", "watts")
MOST_ROWS = 100_000


@dataclass(frozen=True, slots=True)
class Edit:
    """One value of one thing, from a source, as of a day (2026-11-21). A price is usd_per_hour.on_demand."""

    on: str
    name: str
    field: str
    value: float
    source: str


def edit(on: str, name: str, field: str, value: str, source: str) -> Edit:
    """Raises InputError where a part of it is not what it should be."""
    where = f"{name[:60]} {field[:60]}"
    try:
        day, number = date.fromisoformat(on).isoformat(), float(value)
    except ValueError as error:
        raise InputError("not a day and a number", where=where, why=str(error)[:100]) from error
    if not (math.isfinite(number) and number > 0):
        raise InputError(f"{value[:40]!r} is not above zero", where=where)
    if field not in names():
        raise InputError(
            f"no field {field[:60]!r}", where=name[:60], todo=f"There are: {', '.join(names())}."
        )
    if not source.strip():
        raise InputError("a value needs its source", where=where, todo="Add --source.")
    return Edit(
        day, name.removeprefix("ml.") if "usd" not in field else name, field, number, source
    )


def names() -> tuple[str, ...]:
    """Every field that can be set."""
    return tuple(dict.fromkeys((*(f"{PRICE}.{one}" for one in OPTIONS), *INSTANCE, *ACCELERATOR)))


def read_edits(path: Path) -> list[Edit]:
    """In the order they were made; none where there is no file. Raises InputError naming the row."""
    if not path.exists():
        return []
    with open_table(path, COLUMNS) as table:
        found = [edit(*(row[name] or "" for name in COLUMNS)) for row in table]
    if len(found) > MOST_ROWS:
        raise InputError(f"more than {MOST_ROWS} rows", where=str(path))
    return found


def append(path: Path, edits: Sequence[Edit]) -> None:
    """Add rows at the end, under a header where the file is new. Raises InputError."""
    new = not path.exists()
    try:
        with path.open("a", encoding="utf-8", newline="") as file:
            out = csv.writer(file, lineterminator="\n")
            if new:
                out.writerow(COLUMNS)
            out.writerows(
                [one.on, one.name, one.field, f"{one.value:g}", one.source] for one in edits
            )
    except OSError as error:
        raise InputError("cannot write the catalogue", where=str(path), why=str(error)) from error


def edited(catalogue: Catalogue, edits: Iterable[Edit]) -> Catalogue:
    """The catalogue with these values in place of its own; a type it does not have is added without the rest."""
    instances, devices = dict(catalogue.instances), dict(catalogue.accelerators)
    for one in edits:
        if one.name in devices and one.field in ACCELERATOR:
            devices[one.name] = _device(devices[one.name], one)
        elif one.field in INSTANCE or one.field == f"{PRICE}.on_demand":
            base = instances.get(one.name) or _unknown(one)
            instances[one.name] = _instance(base, one)
    linked = {
        name: replace(found, accelerator=devices[found.accelerator.name])
        if found.accelerator
        else found
        for name, found in instances.items()
    }
    return Catalogue(devices, linked)


def prices(edits: Iterable[Edit], option: str = "on_demand") -> dict[str, Price]:
    """By exact name, of one purchase option."""
    chosen = (one for one in edits if one.field == f"{PRICE}.{option}")
    return {one.name: Price(one.value, f"{one.source}, {one.on}") for one in chosen}


def _device(found: Accelerator, one: Edit) -> Accelerator:
    value: dict[str, Any] = {one.field: _typed(one)}
    return replace(found, **value, read_on=one.on, source=_said(found.source, one))


def _instance(found: Instance, one: Edit) -> Instance:
    if one.field.startswith(PRICE):
        region = found.price.region if found.price else ""
        return replace(found, price=InstancePrice(one.value, region, one.on, one.source))
    value: dict[str, Any] = {one.field: _typed(one)}
    return replace(found, **value, read_on=one.on, source=_said(found.source, one))


def _typed(one: Edit) -> float | int:
    whole = {"accelerator_count", "vcpu", "memory_bytes", "efa_interfaces"}
    return round(one.value) if one.field in whole else one.value


def _said(source: str, one: Edit) -> str:
    return f"{source}; {one.field}: {one.source}".removeprefix("; ")


def _unknown(one: Edit) -> Instance:
    family = one.name.partition(".")[0]
    return Instance(one.name, family, None, 0, None, None, None, None, None, one.on, "")
