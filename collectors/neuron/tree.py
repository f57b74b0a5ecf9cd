"""The Neuron driver's sysfs tree, found by the names at the ends of its paths.

Driver 2.31 moved nodes to other places (AWS's sysfs guide says so, and that it breaks readers), so nothing
here relies on where exactly a node is: a device is a folder `neuronN`, a core a folder in its path that ends
in `coreN`, and a node its last two or three names. Read only: writing to a counter would clear it.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_DEVICE = re.compile(r"neuron(\d{1,3})")
_CORE = re.compile(r"(?:neuron_?|nc_?)?core(\d{1,3})")
_MOST_NODES = 4_096
_DEEPEST = 8
_MOST_BYTES = 4_096
_NOT_OURS = {"subsystem", "driver", "device"}


@dataclass(frozen=True, slots=True)
class Node:
    """A file of the tree. `core` is None for what is of the device; `ends` are its last names."""

    path: Path
    device: int
    core: int | None
    ends: tuple[str, ...]


def nodes(root: Path) -> list[Node]:
    """Every file below every device. Raises OSError where `root` cannot be listed."""
    found = []
    for name in sorted(os.listdir(root)):  # noqa: PTH208 - a path per name would only be taken apart
        device = _DEVICE.fullmatch(name)
        if device:
            found += [
                Node(path, int(device.group(1)), _core(inside), tuple(inside[-3:]))
                for path, inside in _files(root / name)
            ]
    return found


def read(path: Path) -> str:
    """The text of a node, "" where it cannot be read: it has gone, or is not for us."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return ""
    try:
        return os.read(descriptor, _MOST_BYTES).decode(errors="replace").strip()
    except OSError:
        return ""
    finally:
        os.close(descriptor)


def _files(device: Path) -> Iterator[tuple[Path, list[str]]]:
    """Files with their names below the device; links are not followed, so that none leads in a circle."""
    seen = 0
    for folder, folders, files in os.walk(device):
        inside = list(Path(folder).relative_to(device).parts)
        folders[:] = [] if len(inside) >= _DEEPEST else sorted(set(folders) - _NOT_OURS)
        for name in sorted(files):
            seen += 1
            if seen > _MOST_NODES:
                return
            yield Path(folder) / name, [*inside, name]


def _core(inside: list[str]) -> int | None:
    for part in inside:
        core = _CORE.fullmatch(part)
        if core:
            return int(core.group(1))
    return None
