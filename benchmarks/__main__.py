"""`python -m benchmarks [NAME...]`: run the named benchmarks, or all, and rewrite their RESULTS.md."""

import argparse
import importlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.results import header

HERE = Path(__file__).parent

SCALED = {"store": ("--hosts", "20", "--hours", "8", "--rounds", "3", "--only", "rows")}
"""What has a command line of its own, `python -m benchmarks.NAME`, and the size at which it takes seconds."""


def names() -> list[str]:
    """Folders that hold a benchmark."""
    found = {path.parent.name for path in HERE.glob("*/bench.py")}
    return sorted(found | {name for name in SCALED if (HERE / name / "__main__.py").exists()})


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    known = names()
    parser.add_argument("name", nargs="*", help=f"all by default: {', '.join(known)}")
    chosen = parser.parse_args().name or known
    if unknown := sorted(set(chosen) - set(known)):
        parser.error(f"no benchmark is called {', '.join(unknown)}; known: {', '.join(known)}")
    if len(chosen) == 1 and chosen[0] not in SCALED:
        run(chosen[0])
        return 0
    return max([alone(name) for name in chosen])


def alone(name: str) -> int:
    """A process of its own, so that what one imports and holds is not in the next one's figures."""
    command = [f"benchmarks.{name}", *SCALED[name]] if name in SCALED else ["benchmarks", name]
    return subprocess.run([sys.executable, "-m", *command], cwd=HERE.parent, check=False).returncode


def run(name: str) -> None:
    """Print each part as it is ready; RESULTS.md changes only when all of them are."""
    blocks: Callable[[], Iterator[str]] = importlib.import_module(f"benchmarks.{name}.bench").run
    done = [header(name, datetime.now(UTC).date())]
    print(done[0], flush=True)
    for block in blocks():
        print(f"\n{block}", flush=True)
        done.append(block)
    (HERE / name / "RESULTS.md").write_text("\n\n".join(done) + "\n", encoding="utf-8")
    print(flush=True)


if __name__ == "__main__":
    sys.exit(main())
