"""Evaluation results into counts of answers that passed, and into answers for the judge."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Self

from collectors.accuracy import bedrock, fmeval, hf_evaluate, lm_eval, mlflow, openai_evals, tally
from collectors.accuracy.generic import Generic
from collectors.accuracy.graded import Grade, Graded, Line, Mean, Run
from collectors.accuracy.rules import Rules
from collectors.accuracy.tally import Counts, Tally
from collectors.files.marks import Marks
from collectors.files.place import Entry
from collectors.files.refusals import Refusals
from collectors.files.rows import Rows
from collectors.files.taken import Notes, Taken
from collectors.files.times import Times
from reinfra.config.sources.files import FilesSource
from reinfra.model import DERIVED_LABEL, SECOND, Answer, Batch, Origin

Reader = Callable[[Line], Iterator[Graded | Mean]]

READERS: dict[str, Reader] = {
    "bedrock": bedrock.records,
    "fmeval": fmeval.records,
    "hf-evaluate": hf_evaluate.results,
    "lm-eval": lm_eval.samples,
    "mlflow": mlflow.table,
    "openai-evals": openai_evals.records,
}
WHOLE = {"hf-evaluate": hf_evaluate.whole, "lm-eval": lm_eval.whole, "mlflow": mlflow.whole}

COUNTED_BACK = "mean times count"
OF_UNKNOWN = "mean, of how many is not said"
_EXACT = 1e-6  # of an answer: how far mean times count may be from a whole number
_LATE = "an answer later than its window could wait"
_UNRULED = "a label that pass_labels says nothing of"
MAX_LABEL = 1_000


@dataclass(frozen=True, slots=True)
class GradeTaker:
    """Counts are held back until the end of what there is of a file, so that a window is written once."""

    settings: FilesSource
    rules: Rules

    @classmethod
    def of(cls, settings: FilesSource) -> Self:
        return cls(settings, Rules.of(settings))

    def whole(self, path: str) -> bool:
        name = path.rpartition("/")[2].removesuffix(".gz")
        return self.settings.evaluation in WHOLE and WHOLE[self.settings.evaluation](name)

    def take(self, rows: Rows, notes: Notes, entry: Entry, refusals: Refusals) -> Taken:
        run = Run(entry.path, notes.get("at", entry.modified), dict(notes.get("about", {})))
        counted = tally.parsed(notes.get("tally"))
        read = self._reader(entry.path)
        taken = 0
        answers = []
        for record, number in zip(rows.records, rows.line, strict=True):
            for found in read(Line(record, number, run, refusals)):
                taken += self._count(found, run, counted, number, refusals)
                if isinstance(found, Graded) and found.input and found.output:
                    answers.append(_answer(found, run, self.settings))
        kept = {"at": run.at, "about": run.about, "tally": counted.row()}
        return Taken(Batch.empty(), taken + len(answers), kept, tuple(answers))

    def close(self, path: str, marks: Marks) -> tuple[Batch, Notes]:
        tallies = {name: tally.parsed(mark.notes.get("tally")) for name, mark in marks.items()}
        own = tallies[path]
        fresh = own.fresh()
        origin = Origin(self.settings.origin)
        batch = tally.batch(fresh, tallies.values(), self.settings.labels, origin)
        own.stored()
        return batch, {**marks[path].notes, "tally": own.row()}

    def _reader(self, path: str) -> Reader:
        if self.settings.evaluation == "generic":
            zone, ambiguous = self.settings.zone, self.settings.ambiguous
            times = Times(self.settings.time_format, zone, ambiguous)
            return Generic(times, self.settings.fields).records
        if self.settings.evaluation == "lm-eval" and self.whole(path):
            return lm_eval.results
        return READERS[self.settings.evaluation]

    def _count(
        self, found: Graded | Mean, run: Run, counted: Tally, number: int, refusals: Refusals
    ) -> int:
        """How many figures were added."""
        added = 0
        for metric, more in self._counts(found, number, refusals):
            at, labels = self._at(found, run), _labels(found, metric)
            if isinstance(found, Mean):
                labels[DERIVED_LABEL] = _derived(found, more)
            if counted.add(labels, at, more):
                added += 1
            else:
                refusals.add(_LATE, number)
        return added

    def _counts(
        self, found: Graded | Mean, number: int, refusals: Refusals
    ) -> Iterator[tuple[str, Counts]]:
        wanted = self.settings.metrics
        if isinstance(found, Mean):
            if not wanted or found.metric in wanted:
                yield found.metric, _of_mean(found)
            return
        for grade in found.grades:
            if wanted and grade.metric not in wanted:
                continue
            passed = self.rules.passed(grade)
            if grade.label and grade.score is None and passed is None:
                refusals.add(_UNRULED, number, grade.label)
            else:
                yield grade.metric, _of_grade(grade, passed)

    def _at(self, found: Graded | Mean, run: Run) -> int:
        """A window's beginning for an answer with a time of its own, else the run's time."""
        if found.at is None:
            return run.at
        if isinstance(found, Mean):
            return found.at
        window = round(self.settings.window * SECOND)
        return found.at // window * window


def _of_grade(grade: Grade, passed: bool | None) -> Counts:  # noqa: FBT001 - what the rules said
    if passed is not None:
        return Counts(successes=int(passed), trials=1)
    if grade.score is None:
        return Counts(invalid=1)
    return Counts(total=grade.score, scored=1)


def _of_mean(mean: Mean) -> Counts:
    """Counts only where they follow: each answer is 0 or 1, and mean times count is a whole number."""
    if mean.count is None:
        return Counts(total=mean.value, scored=1, unknown=True)
    successes = mean.value * mean.count
    if (
        mean.share
        and 0 <= mean.value <= 1
        and math.isclose(successes, round(successes), abs_tol=_EXACT)
    ):
        return Counts(successes=round(successes), trials=mean.count)
    return Counts(total=successes, scored=mean.count)


def _derived(mean: Mean, counts: Counts) -> str:
    if mean.count is None:
        return OF_UNKNOWN
    return COUNTED_BACK if counts.trials else ""


def _labels(found: Graded | Mean, metric: str) -> dict[str, str]:
    labels = {
        **found.labels,
        "gen_ai.evaluation.name": metric,
        "gen_ai.request.model": found.model,
        "dataset": found.dataset,
    }
    if isinstance(found, Graded):
        labels |= {"accelerator": found.accelerator, "service.name": found.service}
    return {name: text[:MAX_LABEL] for name, text in labels.items()}


def _answer(found: Graded, run: Run, settings: FilesSource) -> Answer:
    grade = found.grades[0] if found.grades else Grade("")
    score = float(grade.passed) if grade.score is None and grade.passed is not None else grade.score
    return Answer(
        id=found.id,
        at=run.at if found.at is None else found.at,
        service=found.service or settings.labels.get("service.name", ""),
        model=found.model,
        input=found.input,
        output=found.output,
        prompt_version=found.prompt_version,
        accelerator=found.accelerator or settings.labels.get("accelerator", ""),
        reference=found.reference,
        scorer=grade.metric,
        score=math.nan if score is None else score,
        label=grade.label,
    )
