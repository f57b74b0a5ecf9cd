"""Rubrics: what to grade by, as versioned files named by their content."""

import functools
import hashlib
import tomllib
from dataclasses import dataclass, replace
from enum import StrEnum
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from reinfra.model import InputError

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,63}$")]


class RubricKind(StrEnum):
    POINTWISE = "pointwise"
    PAIRWISE = "pairwise"


class Subject(StrEnum):
    """What is graded: an answer, or the passages that were retrieved for one."""

    ANSWER = "answer"
    CONTEXT = "context"


class Better(StrEnum):
    """Which end of the scale is the good one; of harmfulness it is the lower."""

    UP = "up"
    DOWN = "down"


LABEL_POLICY = (
    "Two people grade each item on their own, by this text and without seeing the judge's grade. Where they "
    "differ, their mean counts. Who cannot tell leaves the item out."
)
"""How people label unless a rubric says otherwise: under another policy the same verdicts agree otherwise."""


class _Grade(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    label: Annotated[str, StringConstraints(pattern=r"^[\w -]{1,40}$")]
    score: Annotated[float, Field(ge=0, le=1)]
    means: Text


class _File(BaseModel):
    """The rubric file's fields, as docs/how-to-add-a-rubric.md lists them."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: Name
    version: Annotated[int, Field(ge=1)]
    title: Text
    kind: RubricKind
    subject: Subject = Subject.ANSWER
    better: Better = Better.UP
    needs: tuple[Literal["reference", "context"], ...] = ()
    metrics: tuple[str, ...] = ()
    text: Text
    label_policy: Text = LABEL_POLICY
    grade: Annotated[tuple[_Grade, ...], Field(min_length=2)]


@dataclass(frozen=True, slots=True)
class Grade:
    """One step of the scale. `score` is 0 to 1; of a pair it is 1 when the answer shown first is better."""

    label: str
    score: float
    means: str


@dataclass(frozen=True, slots=True)
class Rubric:
    """`sha256` is that of the file: verdicts under two texts are never mixed, whatever their version says.

    `needs` names what must come with an answer beside the question: a reference, a context. `metrics` are names
    of Amazon Bedrock's that ask for the same; their prompts and scales are others, so verdicts never mix.
    """

    name: str
    version: int
    title: str
    kind: RubricKind
    needs: tuple[str, ...]
    text: str
    scale: tuple[Grade, ...]
    sha256: str
    subject: Subject = Subject.ANSWER
    better: Better = Better.UP
    metrics: tuple[str, ...] = ()
    label_policy: str = LABEL_POLICY

    @property
    def id(self) -> str:
        """What a verdict carries as its rubric: name, version and the start of the file's hash."""
        return f"{self.name}@{self.version}+{self.sha256[:12]}"

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(grade.label for grade in self.scale)

    def score(self, label: str) -> float | None:
        """None for a label that is not on the scale."""
        return next((grade.score for grade in self.scale if grade.label == label), None)

    def nearest(self, score: float) -> Grade:
        """The grade with this score, where arithmetic may have left it a rounding error away."""
        return min(self.scale, key=lambda grade: abs(grade.score - score))


@functools.cache
def rubrics() -> dict[str, Rubric]:
    """The rubrics that ship with reinfra, by name; each that grades one answer also as "NAME-pair"."""
    folder = resources.files("judge").joinpath("rubrics")
    files = sorted(folder.iterdir(), key=lambda file: file.name)
    read = [load_rubric(file) for file in files if file.name.endswith(".toml")]
    pairs = [paired(rubric) for rubric in read if _has_pair(rubric)]
    return {rubric.name: rubric for rubric in (*pairs, *read)}


def _has_pair(rubric: Rubric) -> bool:
    return rubric.kind is RubricKind.POINTWISE and rubric.subject is Subject.ANSWER


_PAIR = """\
Decide which of the two answers is better by what follows and by nothing else, {which}. Neither length
nor which answer is shown first is graded. Call it a tie when neither is better.

{text}"""


def paired(rubric: Rubric) -> Rubric:
    """The rubric for two answers that asks which is better by a pointwise one, ties allowed."""
    worst, best = (min, max) if rubric.better is Better.UP else (max, min)
    low, high = (end(rubric.scale, key=lambda grade: grade.score) for end in (worst, best))
    which = f'from "{low.label}" (worst: {low.means}) to "{high.label}" (best: {high.means})'
    text = _PAIR.format(which=which, text=rubric.text)
    scale = (
        Grade("first", 1.0, "the answer shown first is better"),
        Grade("tie", 0.5, "neither is better"),
        Grade("second", 0.0, "the answer shown second is better"),
    )
    return replace(
        rubric,
        name=f"{rubric.name}-pair",
        title=f"{rubric.title}: which of two answers",
        kind=RubricKind.PAIRWISE,
        better=Better.UP,
        text=text,
        scale=scale,
        sha256=hashlib.sha256(f"{rubric.sha256}\n{text}".encode()).hexdigest(),
    )


def load_rubric(file: Traversable) -> Rubric:
    """Raises InputError with the file, the field and the reason."""
    try:
        raw = file.read_bytes()
        fields = _File.model_validate(tomllib.loads(raw.decode()))
    except OSError as error:
        raise InputError("cannot read the rubric", where=str(file), why=str(error)) from error
    except ValidationError as error:
        raise InputError("not a rubric", where=str(file), why=_first(error)) from error
    except ValueError as error:  # TOML syntax, or bytes that are no UTF-8
        raise InputError("not a rubric", where=str(file), why=str(error)) from error
    _check_scale(fields, str(file))
    return Rubric(
        name=fields.name,
        version=fields.version,
        title=fields.title,
        kind=fields.kind,
        needs=fields.needs,
        text=fields.text,
        scale=tuple(Grade(each.label, each.score, each.means) for each in fields.grade),
        sha256=hashlib.sha256(raw).hexdigest(),
        subject=fields.subject,
        better=fields.better,
        metrics=fields.metrics,
        label_policy=fields.label_policy,
    )


def _first(error: ValidationError) -> str:
    problem = error.errors()[0]
    return f"{'.'.join(str(part) for part in problem['loc'])}: {problem['msg']}"


def _check_scale(fields: _File, where: str) -> None:
    labels = [grade.label for grade in fields.grade]
    if len(set(labels)) < len(labels):
        raise InputError("two grades share a label", where=where)
    scores = sorted(grade.score for grade in fields.grade)
    if scores[0] != 0 or scores[-1] != 1:
        raise InputError("the scale must reach from 0 to 1", where=where, why=f"scores {scores}")
    mirrored = sorted(1 - score for score in scores)
    if fields.kind is RubricKind.PAIRWISE and fields.subject is not Subject.ANSWER:
        raise InputError("a pair is of answers", where=where, why=f"subject {fields.subject}")
    if fields.kind is RubricKind.PAIRWISE and not np.allclose(mirrored, scores):
        why = "the two places of a pair must be graded alike"
        raise InputError("the scale is lopsided", where=where, why=why)
