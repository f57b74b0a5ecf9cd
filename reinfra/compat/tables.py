"""The tables that ship with reinfra; `data/SOURCES.md` says where each comes from."""

import csv
import functools
import re
from dataclasses import dataclass
from importlib import resources

from reinfra.compat.versions import Numbers, numbers

_FAMILY = re.compile(r"(?:inf|trn)\d+")
_NAME = re.compile(r"[-_.]+")


@dataclass(frozen=True, slots=True)
class Toolkit:
    """`driver` came with it; `minor_driver` is the least for its major version. Empty is unknown."""

    name: str
    version: Numbers
    driver: Numbers
    minor_driver: Numbers


@dataclass(frozen=True, slots=True)
class Torch:
    """`python` is the least version. `cuda` is that of the default wheel, empty where it was not read."""

    version: str
    python: Numbers
    cuda: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A package in a release of the Neuron SDK. Empty `pythons` or `families`: the manifest names none.

    `unclear`: the manifest names an instance that is none.
    """

    sdk: str
    package: str
    version: str
    families: frozenset[str]
    pythons: frozenset[str]
    unclear: bool


@dataclass(frozen=True, slots=True)
class Replaced:
    """`by` stands in place of the package in every release after `last_sdk`."""

    package: str
    last_sdk: str
    by: str
    source: str


@dataclass(frozen=True, slots=True)
class EfaPin:
    """Versions that were pinned together."""

    efa_installer: Numbers
    aws_ofi_nccl: Numbers
    nccl: Numbers


def package_name(name: str) -> str:
    """As the packaging specifications normalise it: torch_xla and Torch-XLA are torch-xla."""
    return _NAME.sub("-", name).lower()


@functools.cache
def toolkits() -> tuple[Toolkit, ...]:
    return tuple(
        Toolkit(
            row["cuda"],
            numbers(row["cuda"]),
            numbers(row["driver_min"]),
            numbers(row["minor_driver_min"]),
        )
        for row in _rows("cuda_driver.csv")
    )


@functools.cache
def torches() -> dict[Numbers, Torch]:
    rows = _rows("pytorch.csv")
    made = (
        Torch(row["torch"], numbers(row["requires_python"].lstrip(">=")), row["cuda"])
        for row in rows
    )
    return {numbers(torch.version): torch for torch in made}


@functools.cache
def neuron() -> dict[str, tuple[Listed, ...]]:
    """By package, the latest release first."""
    found: dict[str, list[Listed]] = {}
    for row in _rows("neuron.csv"):
        words = row["instances"].split()
        families = frozenset(word for word in words if _FAMILY.fullmatch(word))
        name = package_name(row["package"])
        one = Listed(
            row["sdk"],
            name,
            row["version"],
            families,
            frozenset(row["pythons"].split()),
            len(families) < len(set(words)),
        )
        found.setdefault(name, []).append(one)
    return {name: tuple(rows) for name, rows in found.items()}


@functools.cache
def releases() -> tuple[str, ...]:
    """The releases of the Neuron SDK, the latest first."""
    return tuple(dict.fromkeys(row["sdk"] for row in _rows("neuron.csv")))


@functools.cache
def replaced() -> dict[str, Replaced]:
    rows = (Replaced(**row) for row in _rows("neuron_replaced.csv"))
    return {package_name(one.package): one for one in rows}


@functools.cache
def efa_pins() -> tuple[EfaPin, ...]:
    return tuple(
        EfaPin(*(numbers(row[name]) for name in ("efa_installer", "aws_ofi_nccl", "nccl")))
        for row in _rows("efa_pins.csv")
    )


def _rows(name: str) -> list[dict[str, str]]:
    file = resources.files("reinfra.compat") / "data" / name
    return list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))
