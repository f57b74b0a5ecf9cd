"""An answer's grade. Invalid is never a low grade: it has a status of its own and no score."""

import enum
from dataclasses import dataclass


class VerdictStatus(enum.StrEnum):
    OK = "ok"
    UNPARSED = "unparsed"
    REFUSED = "refused"
    ERROR = "error"
    TIMEOUT = "timeout"
    FILTERED = "filtered"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one judge said about one item under one rubric. `score` is 0 to 1, None unless status is OK.

    `judge` names the model with its version, `order` is "ab" or "ba" for a pairwise rubric, else "".
    """

    item: str
    judge: str
    rubric: str
    status: VerdictStatus
    score: float | None = None
    label: str = ""
    order: str = ""

    def __post_init__(self) -> None:
        if (self.status is VerdictStatus.OK) != (self.score is not None):
            raise ValueError("a verdict has a score if, and only if, its status is ok")
