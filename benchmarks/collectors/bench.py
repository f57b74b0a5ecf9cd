"""What collecting costs. Each part runs in a process of its own, so that none is measured in another's memory."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

PARTS = ("exposition", "scrape", "otlp", "agent")
_ROOT = Path(__file__).parents[2]
_RUN = "import importlib, sys; print(*importlib.import_module(sys.argv[1]).run(), sep='\\n\\n')"


def run() -> Iterator[str]:
    for part in PARTS:
        command = [sys.executable, "-c", _RUN, f"benchmarks.collectors.{part}"]
        done = subprocess.run(command, cwd=_ROOT, stdout=subprocess.PIPE, text=True, check=True)
        yield done.stdout.strip()
