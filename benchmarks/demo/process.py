"""One run of a command: how long it took, and the most memory it held."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_MAIN = "from reinfra.cli.main import main; main()"
_SOURCE = Path(__file__).parents[2]
_KIB = 1024


@dataclass(frozen=True, slots=True)
class Taken:
    """Wall seconds, CPU seconds, and the highest resident memory in bytes."""

    wall: float
    cpu: float
    memory: int


def reinfra(arguments: Sequence[str], folder: Path) -> Taken:
    """Run `reinfra` in `folder`, with no setting from outside. Raises CalledProcessError where it fails."""
    command = [sys.executable, "-c", _MAIN, *arguments]
    kept = {name: text for name, text in os.environ.items() if not name.startswith("REINFRA")}
    environment = kept | {"PYTHONPATH": str(_SOURCE)}
    begun = time.perf_counter()
    child = subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.perf_counter() - begun
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise subprocess.CalledProcessError(child.returncode, command)
    # Linux counts in KiB, macOS in bytes.
    unit = 1 if sys.platform == "darwin" else _KIB
    return Taken(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit)
