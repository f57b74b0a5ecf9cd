"""Before anybody is asked: texts redacted, looked at without a judge, and sampled."""

from collections.abc import Sequence
from dataclasses import dataclass

from judge.injection import Screened, screen
from judge.inputs.given import Given
from judge.inputs.redact import Redact, redacted
from judge.inputs.sampling import Plan, Sampled, sample
from judge.integrity import Integrity, check_output
from judge.prompt import answers_of
from judge.rubric import Rubric


@dataclass(frozen=True, slots=True)
class Prepared:
    """`unfit` answers lack what the rubric needs; `checks` and `screened` are of all that fit, sampled or not."""

    sampled: list[Sampled]
    fit: int
    unfit: int
    checks: tuple[Integrity, ...]
    screened: tuple[Screened, ...]


def prepare(given: Sequence[Given], rubric: Rubric, plan: Plan, redact: Redact | None) -> Prepared:
    fit = [redacted(one, redact) for one in given if fits(one, rubric)]
    checks = [check(one) for one in fit]
    screened = [screen("\n".join(one.task.answers)) for one in fit]
    flags = [
        (*sorted(looked.flaws), *sorted(said.attempts))
        for looked, said in zip(checks, screened, strict=True)
    ]
    chosen = sample(fit, flags, plan)
    unfit = len(given) - len(fit)
    return Prepared(chosen, len(fit), unfit, tuple(checks), tuple(screened))


def fits(given: Given, rubric: Rubric) -> bool:
    task = given.task
    there = {"reference": task.reference, "context": task.context}
    needed = all(there[need].strip() for need in rubric.needs)
    return needed and len(task.answers) == answers_of(rubric)


def check(given: Given) -> Integrity:
    """Of the first answer; of a task without answers, that nothing is wrong."""
    if not given.task.answers:
        return Integrity(frozenset())
    task = given.task
    return check_output(task.answers[0], given.finish, task.context, task.question)
