"""What of a request was not taken, or not as it was sent, and why: for the client, and for the ledger."""

from collections import Counter
from dataclasses import dataclass, field

_MOST_REASONS = 8
_LONGEST_EXAMPLE = 80


@dataclass(slots=True)
class Complaints:
    """`refused` and `noted` count by reason; `examples` names the first that a reason was found at."""

    refused: Counter[str] = field(default_factory=Counter)
    noted: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)

    def refuse(self, reason: str, where: str = "", count: int = 1) -> None:
        self.refused[reason] += count
        self.examples.setdefault(reason, where)

    def note(self, reason: str, where: str = "", count: int = 1) -> None:
        """Something that the client should know though it was taken."""
        self.noted[reason] += count
        self.examples.setdefault(reason, where)

    def sentence(self, what: str) -> str:
        """For `partial_success.error_message`; "" where there is nothing to complain of.

        `what` is what was refused: data points, spans, log records.
        """
        parts = [*self._part(f"{what} refused", self.refused), *self._part("noted", self.noted)]
        return "; ".join(parts)

    def _part(self, title: str, counts: Counter[str]) -> list[str]:
        shown = counts.most_common(_MOST_REASONS)
        reasons = ", ".join(f"{count} {reason}{self._example(reason)}" for reason, count in shown)
        more = len(counts) - len(shown)
        rest = f", and {more} more reasons" if more > 0 else ""
        return [f"{title}: {reasons}{rest}"] if shown else []

    def _example(self, reason: str) -> str:
        where = self.examples.get(reason, "")
        return f" (such as {where[:_LONGEST_EXAMPLE]!r})" if where else ""
