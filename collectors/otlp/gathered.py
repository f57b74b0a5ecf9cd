"""What the spans or log records of one delivery amount to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from collectors.otlp.complaints import Complaints
from collectors.otlp.conversation import Conversation, numbered
from collectors.otlp.evaluations import Evaluation, Passing
from collectors.otlp.identity import Naming, label_fault
from collectors.otlp.tally import Tally
from reinfra.model import Answer, Report

MOST_BYTES = 4 * 1024 * 1024
"""Of one span or log record, with the texts in it."""


@dataclass(slots=True)
class Gathered:
    """`ids` are those of the answers, by span. `resource` are the labels of the one that is being read."""

    naming: Naming
    passing: Passing
    resource: Mapping[str, str] = field(default_factory=dict)
    tally: Tally = field(default_factory=Tally)
    answers: list[Answer] = field(default_factory=list)
    grades: list[Answer] = field(default_factory=list)
    items: int = 0
    ids: dict[str, str] = field(default_factory=dict)
    complaints: Complaints = field(default_factory=Complaints)

    def report(self) -> Report:
        """Grades after answers: a grade joins the answer that is there."""
        answers = (*self.answers, *self.grades)
        facts = self.naming.prompts.facts()
        return Report(facts=facts, answers=answers, refused=dict(self.complaints.refused))

    def labels(self, attributes: Mapping[str, Any]) -> dict[str, str]:
        return self.naming.labels_of(self.resource, attributes)

    def answer(
        self, identity: str, at: int, attributes: Mapping[str, Any], talk: Conversation
    ) -> None:
        """An answer for each choice of the conversation."""
        for number, text in talk.answered.items():
            name = numbered(identity, number)
            self.answers.append(
                self.naming.answer(name, at, self.resource, attributes, talk.question, text)
            )

    def evaluate(self, found: Evaluation, attributes: Mapping[str, Any]) -> None:
        """A grade and a trial; `attributes` say what model answered."""
        labels = self.labels(attributes)
        if why := label_fault({**labels, "judge": found.name}):
            self.complaints.refuse(why, found.name)
            return
        found.count(self.passing, labels, self.tally)
        if grade := found.grade(self.naming, self.resource, attributes):
            self.grades.append(grade)
