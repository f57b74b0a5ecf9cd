"""Which grades pass: what the settings say, else what the format itself says, else nobody knows."""

from collections.abc import Mapping
from dataclasses import dataclass

from collectors.accuracy.graded import Grade
from reinfra.config.sources.files import FilesSource


@dataclass(frozen=True, slots=True)
class Rules:
    pass_at: Mapping[str, float]
    pass_below: Mapping[str, float]
    pass_labels: frozenset[str]

    @classmethod
    def of(cls, settings: FilesSource) -> "Rules":
        return cls(settings.pass_at, settings.pass_below, frozenset(settings.pass_labels))

    def passed(self, grade: Grade) -> bool | None:
        """None for a grade between: it is a score, and no answer that passed or failed."""
        if grade.score is not None and grade.metric in self.pass_at:
            return grade.score >= self.pass_at[grade.metric]
        if grade.score is not None and grade.metric in self.pass_below:
            return grade.score < self.pass_below[grade.metric]
        if grade.passed is None and grade.label and self.pass_labels:
            return grade.label in self.pass_labels
        return grade.passed
