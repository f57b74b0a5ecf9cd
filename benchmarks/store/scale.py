"""python -m benchmarks.store.scale: ten times the series should cost no more than eleven times as much."""

import tempfile
import time
from pathlib import Path

from benchmarks.store.fleet import make
from benchmarks.store.ours import Ours
from reinfra.model import HOUR, MINUTE
from reinfra.store.columns import BLOCK

END = 1_700_000_000_000 // BLOCK * BLOCK
HOURS = 4


def cost(hosts: int) -> tuple[float, float]:
    """CPU seconds to write and seal, and to read everything (the best of five)."""
    fleet, now = make(hosts, HOURS, END), [END]
    with tempfile.TemporaryDirectory(prefix="bench-scale-") as folder:
        ours = Ours(Path(folder), lambda: now[0])
        for batch in fleet.scrapes():
            ours.write(batch)
        now[0] = END + 10 * MINUTE
        ours.seal()
        taken = []
        for _ in range(5):
            begin = time.process_time()
            ours.everything(END - HOURS * HOUR, END)
            taken.append(time.process_time() - begin)
        return ours.cpu(), min(taken)


def main() -> None:
    few, many = cost(50), cost(500)
    print("| | 1,000 series | 10,000 series | ratio (to hold: <= 11x) |\n|---|---|---|---|")
    for name, one, ten in zip(("write and seal, CPU s", "read all, CPU s"), few, many, strict=True):
        print(f"| {name} | {one:.2f} | {ten:.2f} | {ten / one:.1f}x |")


main()
