"""Graded answers as anybody may write them: a record each, with fields named in the settings."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b

from collectors.accuracy.graded import Grade, Graded, Line, Mean, number
from collectors.files.times import NO_TIME, Times

FIELDS = (
    "id",
    "time",
    "model",
    "dataset",
    "metric",
    "score",
    "passed",
    "label",
    "input",
    "output",
    "reference",
    "accelerator",
    "prompt_version",
    "service",
)
_TRUE, _FALSE = frozenset({"true", "1", "yes"}), frozenset({"false", "0", "no"})


@dataclass(frozen=True, slots=True)
class Generic:
    """`names` gives the fields that are named otherwise. A line without score, passed and label is invalid."""

    times: Times
    names: dict[str, str] = field(default_factory=dict)

    def records(self, line: Line) -> Iterator[Graded | Mean]:
        """A time that cannot be read refuses the line; no time at all makes it the file's own."""
        said = {name: line.record.get(self.names.get(name, name)) for name in FIELDS}
        texts = {name: _text(found) for name, found in said.items()}
        if said["score"] is said["passed"] is None and not texts["label"] and not texts["id"]:
            line.refuse("neither an id nor a grade")
            return
        at = None
        if said["time"] not in {None, ""}:
            at = self.times.one(said["time"], line.number, line.refusals)
            if at == NO_TIME:
                return
        passed = _truth(said["passed"])
        score = number(said["score"])
        grade = Grade(texts["metric"] or "passed", score, passed, texts["label"])
        yield Graded(
            id=texts["id"] or _id(line),
            grades=(grade,),
            at=at,
            model=texts["model"],
            dataset=texts["dataset"],
            service=texts["service"],
            accelerator=texts["accelerator"],
            prompt_version=texts["prompt_version"],
            input=texts["input"],
            output=texts["output"],
            reference=texts["reference"],
        )


def _truth(found: object) -> bool | None:
    if isinstance(found, bool):
        return found
    word = _text(found).lower()
    return True if word in _TRUE else False if word in _FALSE else None


def _text(found: object) -> str:
    if isinstance(found, bool) or found is None or isinstance(found, dict | list):
        return ""
    return str(found).strip()


def _id(line: Line) -> str:
    return blake2b(f"{line.run.path}\n{line.number}".encode(), digest_size=16).hexdigest()
