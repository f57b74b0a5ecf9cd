"""Where the EFA driver shows its adapters and counters, and what it writes there.

/sys/class/infiniband/<adapter>/ports/<port>/hw_counters/ holds a decimal number for each counter of a port,
and <adapter>/hw_counters/ those of the adapter (beside the port's in older kernels). Other vendors'
adapters, such as ConnectX, lie in the same folder: an EFA is known by Amazon's PCI vendor.
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/efa-working-monitor.html
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path

AMAZON = "0x1d0f"
PER_ADAPTER = "device/"
"""How the registry marks a file that is the adapter's and not the port's."""

MOST_ADAPTERS = 256
_MOST_BYTES = 4096  # a page, the most that sysfs gives
_ACTIVE = ("4", "5")
"""ACTIVE and ACTIVE_DEFER of the InfiniBand port states, written as in "4: ACTIVE"."""

_COUNT = re.compile(r"\d{1,20}")
_RATE = re.compile(r"(\d{1,9}(?:\.\d+)?) Gb/sec.*")


@dataclass(frozen=True, slots=True)
class Adapter:
    name: str
    folder: str
    ports: tuple[str, ...]

    def places(self, file: str, port: str) -> list[str]:
        """Where this file of the registry may lie."""
        beside = f"{self.folder}/ports/{port}"
        if file.startswith(PER_ADAPTER):
            own = file.removeprefix(PER_ADAPTER)
            return [f"{self.folder}/{own}", f"{beside}/{own}"]
        return [f"{beside}/{file}"]


def adapters(sys: str) -> list[Adapter]:
    """The EFAs below this mount of sysfs, by name. Raises OSError where the folder cannot be read."""
    folder = Path(sys, "class", "infiniband")
    if not folder.exists():
        return []
    names = sorted(os.listdir(folder))[:MOST_ADAPTERS]  # noqa: PTH208  (names, no paths)
    return [_adapter(folder / name) for name in names if _is_efa(folder / name)]


def read(path: str) -> str:
    """The text of a file of sysfs. Raises OSError."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(handle, _MOST_BYTES).decode("ascii", "replace").strip()
    finally:
        os.close(handle)


def number(file: str, text: str) -> float:
    """What a file says. Raises ValueError where that is no number."""
    if file == "state":
        return float(text.partition(":")[0] in _ACTIVE)
    pattern = _RATE if file == "rate" else _COUNT
    found = pattern.fullmatch(text)
    if found is None:
        raise ValueError(f"not a number: {text[:40]!a}")
    return float(found[1] if pattern is _RATE else found[0])


def _is_efa(folder: Path) -> bool:
    try:
        return read(f"{folder}/device/vendor") == AMAZON
    except OSError:
        return False


def _adapter(folder: Path) -> Adapter:
    try:
        ports = sorted(os.listdir(folder / "ports"))  # noqa: PTH208
    except OSError:
        ports = []
    return Adapter(folder.name, str(folder), tuple(ports))
