"""Hardware facts, each with its source: instances, accelerators, prices. Unknown is None and never a guess."""

import csv
import functools
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources

from reinfra.gaps.prices import Price
from reinfra.model import InputError

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Accelerator:
    """One device. Peak is dense bf16 (fp16 where there is no bf16) in FLOP/s, power is the board's limit.

    `read_on` is the day on which the sources were read.
    """

    name: str
    peak_flops: float | None
    memory_bytes: int | None
    memory_bytes_per_second: float | None
    watts: float | None
    interconnect: str
    read_on: str
    source: str


@dataclass(frozen=True, slots=True)
class InstancePrice:
    """On-demand, in US dollars, in one region, on one day."""

    usd_per_hour: float
    region: str
    on: str
    source: str


@dataclass(frozen=True, slots=True)
class Instance:
    """`accelerator` is None for a CPU instance. `network_peak_bytes_per_second` may be a burst rate."""

    instance_type: str
    family: str
    accelerator: Accelerator | None
    accelerator_count: int
    vcpu: int | None
    memory_bytes: int | None
    network_peak_bytes_per_second: float | None
    efa_interfaces: int | None
    price: InstancePrice | None
    read_on: str
    source: str

    @property
    def peak_flops(self) -> float | None:
        """Of all accelerators together."""
        if self.accelerator is None or self.accelerator.peak_flops is None:
            return None
        return self.accelerator_count * self.accelerator.peak_flops


@dataclass(frozen=True, slots=True)
class Catalogue:
    accelerators: Mapping[str, Accelerator]
    instances: Mapping[str, Instance]

    def find(self, instance_type: str) -> Instance | None:
        """The hardware of an instance type; SageMaker's "ml." types run on EC2's of the same name."""
        return self.instances.get(instance_type.removeprefix("ml."))

    @property
    def prices(self) -> dict[str, Price]:
        """What EC2 charges. SageMaker charges more for its "ml." types, which have no price here."""
        return {
            name: Price(found.price.usd_per_hour, f"{found.price.source}, {found.price.on}")
            for name, found in self.instances.items()
            if found.price
        }


@functools.cache
def default_catalogue() -> Catalogue:
    accelerators, instances = (_lines(name) for name in ("accelerators.csv", "instances.csv"))
    return parse_catalogue(accelerators, instances)


def _lines(name: str) -> list[str]:
    folder = resources.files("reinfra.gaps").joinpath("catalogue")
    return folder.joinpath(name).read_text(encoding="utf-8").splitlines()


def parse_catalogue(accelerators: Iterable[str], instances: Iterable[str]) -> Catalogue:
    """From the lines of the two tables. Raises InputError naming the row that cannot be read."""
    devices = {row["accelerator"]: _accelerator(row) for row in csv.DictReader(accelerators)}
    found = {row["instance_type"]: _instance(row, devices) for row in csv.DictReader(instances)}
    return Catalogue(devices, found)


def _accelerator(row: Row) -> Accelerator:
    name = row["accelerator"]
    return Accelerator(
        name,
        _number(row, "peak_dense_bf16_flops", name),
        _whole(row, "memory_bytes", name),
        _number(row, "memory_bytes_per_second", name),
        _number(row, "watts", name),
        row["interconnect"],
        row["read_on"],
        row["source"],
    )


def _instance(row: Row, devices: Mapping[str, Accelerator]) -> Instance:
    name, device = row["instance_type"], row["accelerator"]
    if device and device not in devices:
        raise InputError(f"{name} has an accelerator {device!r} that no row describes")
    return Instance(
        name,
        row["family"],
        devices[device] if device else None,
        _whole(row, "accelerator_count", name) or 0,
        _whole(row, "vcpu", name),
        _whole(row, "memory_bytes", name),
        _number(row, "network_peak_bytes_per_second", name),
        _whole(row, "efa_interfaces", name),
        _price(row, name),
        row["read_on"],
        row["source"],
    )


def _price(row: Row, where: str) -> InstancePrice | None:
    usd = _number(row, "usd_per_hour", where)
    if usd is None:
        return None
    return InstancePrice(usd, row["price_region"], row["price_date"], row["price_source"])


def _number(row: Row, name: str, where: str) -> float | None:
    """None for an empty cell; a fact of hardware is above zero."""
    if row[name] == "":
        return None
    try:
        value = float(row[name])
    except ValueError as error:
        raise InputError(f"{name} is {row[name]!r}, not a number", where=where) from error
    if not (math.isfinite(value) and value > 0):
        raise InputError(f"{name} is {row[name]!r}, not above zero", where=where)
    return value


def _whole(row: Row, name: str, where: str) -> int | None:
    value = _number(row, name, where)
    return None if value is None else int(value)
