"""`gen_ai.evaluation.result` events: a grade of an answer, and a trial of the answers' quality.

A label or a threshold that somebody set says whether an answer passed. A score alone never does: of 4.0 nobody
knows whether that is good (gen-ai-events.md, v1.41.0).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from collectors.otlp.identity import Naming
from collectors.otlp.tally import Tally, labels_of
from reinfra.model import Answer

EVENT = "gen_ai.evaluation.result"
FROM_EVALUATIONS = "gen_ai.evaluation.result events"

_SUCCESSES, _TRIALS = "reinfra.quality.successes", "reinfra.quality.trials"
_INVALID = "reinfra.quality.invalid"


@dataclass(frozen=True, slots=True)
class Passing:
    """When an answer passed. `least` is the least score that does, by the evaluation's name."""

    least: Mapping[str, float]
    passes: frozenset[str]
    fails: frozenset[str]

    def passed(self, name: str, score: float, label: str) -> bool | None:
        """None where nothing says so. A threshold that was set for the evaluation goes before its label."""
        if name in self.least and not math.isnan(score):
            return score >= self.least[name]
        if label.lower() in self.passes:
            return True
        return False if label.lower() in self.fails else None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One event. `answer` is the id of what was graded, "" where the event does not say."""

    name: str
    score: float
    label: str
    error: str
    answer: str
    at: int

    @classmethod
    def of(cls, said: Mapping[str, Any], answer: str, at: int) -> "Evaluation":
        return cls(
            name=str(said.get("gen_ai.evaluation.name") or ""),
            score=_score(said.get("gen_ai.evaluation.score.value")),
            label=str(said.get("gen_ai.evaluation.score.label") or ""),
            error=str(said.get("error.type") or ""),
            answer=str(said.get("gen_ai.response.id") or "") or answer,
            at=at,
        )

    def count(self, passing: Passing, labels: Mapping[str, str], tally: Tally) -> None:
        """As the judge counts its own: `judge` names who graded; an evaluation that failed is no trial."""
        tagged = labels_of({**labels, "judge": self.name}, FROM_EVALUATIONS)
        passed = passing.passed(self.name, self.score, self.label)
        if self.error:
            tally.count(_INVALID, tagged, self.at)
        elif passed is not None:
            tally.count(_TRIALS, tagged, self.at)
            tally.count(_SUCCESSES, tagged, self.at, float(passed))

    def grade(
        self, naming: Naming, resource: Mapping[str, str], said: Mapping[str, Any]
    ) -> Answer | None:
        """The grade for the ledger, without the texts; None where it is of no known answer, or is none."""
        if not self.answer or self.error or (math.isnan(self.score) and not self.label):
            return None
        bare = naming.answer(self.answer, self.at, resource, said, "", "")
        return replace(bare, scorer=self.name, score=self.score, label=self.label)


def _score(said: object) -> float:
    """NaN where it is no finite number."""
    if isinstance(said, bool) or not isinstance(said, int | float) or not math.isfinite(said):
        return math.nan
    return float(said)
