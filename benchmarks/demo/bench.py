"""What a person waits for, and what it costs: the demo's whole loop, and the help text."""

import statistics
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.demo.process import Taken, reinfra
from benchmarks.results import table

MEBIBYTE = 2**20

HEAD = """## Commands, from start to exit

Each in a process of its own, after one run that is not counted: code is compiled and files are in the page
cache. The demo replays, detects, grades, compares and alerts, and serves no page."""


def run() -> Iterator[str]:
    with TemporaryDirectory() as name:
        folder = Path(name)
        demo = _runs(("demo", "--exit"), folder, 3)
        help_text = _runs(("--help",), folder, 5)
        columns = ("command", "runs", "least, s", "median, s", "median CPU, s", "peak memory, MiB")
        yield HEAD
        rows = (_row("reinfra demo --exit", demo), _row("reinfra --help", help_text))
        yield table(columns, rows)
        yield _database(folder / ".reinfra" / "demo.db")


def _runs(arguments: Sequence[str], folder: Path, count: int) -> list[Taken]:
    return [reinfra(arguments, folder) for _ in range(1 + count)][1:]


def _row(name: str, runs: Sequence[Taken]) -> tuple[str, ...]:
    wall = [each.wall for each in runs]
    figures = (min(wall), statistics.median(wall), statistics.median(each.cpu for each in runs))
    memory = max(each.memory for each in runs) / MEBIBYTE
    return (f"`{name}`", str(len(runs)), *(f"{each:.2f}" for each in figures), f"{memory:.0f}")


def _database(path: Path) -> str:
    """After the runs: what is imported here must not be in a child's peak memory."""
    from reinfra.store import Selector, open_store

    store = open_store(f"sqlite:///{path}")
    series = store.series(Selector())
    since = min(one.first_at for one in series)
    until = max(one.last_at for one in series) + 1
    samples = sum(value.size for value in store.samples(series, since, until).value)
    store.engine.dispose()
    size = path.stat().st_size
    return (
        f"The demo's database: {size / MEBIBYTE:.1f} MiB for {samples:,} samples of {len(series)} series, "
        f"{size / samples:.0f} bytes per sample with verdicts, anomalies, incidents and indexes in it."
    )
