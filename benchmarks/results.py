"""What every results file begins with, and how its tables look."""

import os
import platform
import subprocess
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

_SOURCE = Path(__file__).parents[1]


def header(name: str, on: date) -> str:
    """Command, date, machine and commit; no name of a host or a folder.

    The load says what else ran, or had just run: above 0, wall times may be longer than they would be alone.
    """
    facts = (
        f"`python -m benchmarks {name}`",
        on.isoformat(),
        f"{cores()} cores, load {os.getloadavg()[0]:.1f} at the start, Python {platform.python_version()}",
        f"commit {commit()}",
    )
    return f"# {name}\n\n{' · '.join(facts)}"


def cores() -> int:
    """Those that this process may use, which in a container are fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 0


def commit() -> str:
    """The short hash; results files apart, what differs from that commit is said."""
    found = _git("rev-parse", "--short", "HEAD")
    if found.returncode:
        return "unknown"
    changed = _git("diff", "--quiet", "HEAD", "--", ".", ":!benchmarks/*/RESULTS.md").returncode
    return found.stdout.strip() + (" with uncommitted changes" if changed else "")


def _git(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["git", "-C", str(_SOURCE), *arguments]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return subprocess.CompletedProcess(command, 127, "", "")


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Markdown, padded so that it can be read as plain text too."""
    texts = [tuple(columns), *(tuple(str(cell) for cell in row) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    head, *body = (_line(row, widths) for row in texts)
    return "\n".join((head, _line(["-" * width for width in widths], widths), *body))


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    return f"| {' | '.join(padded)} |"
