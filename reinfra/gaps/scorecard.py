"""What a comparison comes to: a Scorecard, or a Refusal that says why there is none."""

import dataclasses
import enum
import math
from dataclasses import dataclass
from typing import Any

from reinfra.gaps.cost import CostGap
from reinfra.gaps.figure import Figure
from reinfra.gaps.matched import Dropped
from reinfra.gaps.policy import Infrastructure


class Outcome(enum.StrEnum):
    PASSED = "passed"
    FLAGGED = "flagged"
    """The figures stand, and this must be read with them."""
    LIMITED = "limited"
    """The sides are not comparable as a whole; the figures speak for the matched strata only."""
    REFUSED = "refused"
    """No figure of this pair means anything."""


@dataclass(frozen=True, slots=True)
class Gate:
    """One check that a comparison goes through; `reason` is a sentence for a person."""

    name: str
    outcome: Outcome
    reason: str


@dataclass(frozen=True, slots=True)
class Side:
    """Who is compared. Token means are per request: of all sent (prompt), of the answered (output)."""

    instance_type: str
    infrastructure: Infrastructure
    class_reason: str
    class_policy: str
    source: str
    models: tuple[str, ...]
    endpoints: tuple[str, ...]
    containers: tuple[str, ...]
    rows: int
    requests: int
    failed_requests: int
    mean_prompt_tokens: float
    mean_output_tokens: float | None
    usd_per_hour: float | None
    price_source: str


class Unit(enum.StrEnum):
    RELATIVE = "relative"
    """Candidate against baseline: -0.28 is 28 % less."""
    SHARE_DIFFERENCE = "share difference"
    """Candidate's share less baseline's: 0.02 is two percentage points more."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One compared quantity. `worse` is "up" or "down"; `matched` is False for the naive figure."""

    name: str
    title: str
    definition: str
    unit: Unit
    worse: str
    matched: bool
    figure: Figure


@dataclass(frozen=True, slots=True)
class StratumRow:
    """One line of the forest plot.

    `opposite` says that it contradicts the combined time per token: its interval at level
    1 - 0.05 / strata is clear of zero on the other side.
    """

    payload: str
    concurrency: int
    candidate_rows: int
    baseline_rows: int
    weight: float
    candidate_failed: int
    baseline_failed: int
    latency: Figure
    time_per_token: Figure
    opposite: bool


@dataclass(frozen=True, slots=True)
class Scorecard:
    """Everything a page needs about one comparison. Relative figures are candidate against baseline.

    `comparable` is False where the figures speak for the matched strata only; `verdict` says so in words.
    """

    title: str
    candidate: Side
    baseline: Side
    comparable: bool
    verdict: str
    gates: tuple[Gate, ...]
    measures: tuple[Measure, ...]
    cost: CostGap
    strata: tuple[StratumRow, ...]
    dropped: tuple[Dropped, ...]
    candidate_share: float
    baseline_share: float
    weights: str
    interval_note: str
    unmatched: tuple[str, ...]

    def measure(self, name: str) -> Measure:
        return next(measure for measure in self.measures if measure.name == name)

    def gate(self, name: str) -> Gate:
        return next(gate for gate in self.gates if gate.name == name)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A pair that must not be compared. `gates` holds every check, `reasons` those that refused."""

    title: str
    candidate: Side
    baseline: Side
    gates: tuple[Gate, ...]

    @property
    def reasons(self) -> tuple[str, ...]:
        return tuple(gate.reason for gate in self.gates if gate.outcome is Outcome.REFUSED)


def to_json(result: Scorecard | Refusal) -> dict[str, Any]:
    """Plain dicts, lists, strings and numbers; what is not a finite number becomes null."""
    kind = "scorecard" if isinstance(result, Scorecard) else "refusal"
    reasons = {} if isinstance(result, Scorecard) else {"reasons": list(result.reasons)}
    fields = {name: _plain(value) for name, value in dataclasses.asdict(result).items()}
    return {"kind": kind, **fields, **reasons}


def _plain(value: Any) -> Any:  # noqa: ANN401 - a tree of plain values
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, enum.StrEnum):
        return value.value
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
