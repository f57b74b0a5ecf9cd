"""What of a file could not be taken: counted by reason, the first place named."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Refusals:
    """`first` says in one sentence what was wrong first, and where."""

    counts: Counter[str] = field(default_factory=Counter)
    first: str = ""

    def add(self, reason: str, line: int, detail: str = "", count: int = 1) -> None:
        """`reason` is one of few; `detail`, such as the cell that was read, is shown for the first only."""
        self.counts[reason] += count
        if not self.first:
            self.first = f"line {line}: {reason}" + (f": {detail[:100]!r}" if detail else "")

    def merge(self, later: "Refusals") -> None:
        self.counts.update(later.counts)
        self.first = self.first or later.first

    @property
    def total(self) -> int:
        return self.counts.total()
