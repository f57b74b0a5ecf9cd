"""What one line of evaluation results says: one answer, and its grades."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from collectors.files.numbers import real
from collectors.files.refusals import Refusals


@dataclass(frozen=True, slots=True)
class Grade:
    """`passed` where the format itself says so or the metric is 0 or 1 by definition.

    `score` is None where there is no grade: the scorer failed, or its reply was none.
    """

    metric: str
    score: float | None = None
    passed: bool | None = None
    label: str = ""


@dataclass(frozen=True, slots=True)
class Graded:
    """One answer with its grades. `at` is None where the line has no time: then it is its run's."""

    id: str
    grades: tuple[Grade, ...]
    at: int | None = None
    model: str = ""
    dataset: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    service: str = ""
    accelerator: str = ""
    prompt_version: str = ""
    input: str = ""
    output: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Mean:
    """A figure over a whole run. `count` is None where the file does not say of how many.

    `share`: each answer's value is 0 or 1 by definition, so that mean times count is a number of answers.
    """

    metric: str
    value: float
    count: int | None = None
    share: bool = False
    at: int | None = None
    model: str = ""
    dataset: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Run:
    """What is known of all lines of one file, kept with its mark: `about` is JSON.

    `at`: when the file was first seen changed. `path` is its name, with its folders.
    """

    path: str
    at: int
    about: dict[str, Any]

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2].removesuffix(".gz")

    def after(self, folder: str) -> str:
        """What follows this folder in the path: m follows models in a/models/m/b."""
        parts = self.path.split("/")
        return parts[parts.index(folder) + 1] if folder in parts[:-1] else ""


@dataclass(frozen=True, slots=True)
class Line:
    """One record to be understood, and where to say that it cannot be."""

    record: Mapping[str, Any]
    number: int
    run: Run
    refusals: Refusals

    def refuse(self, reason: str, detail: str = "") -> None:
        self.refusals.add(reason, self.number, detail)

    def text(self, name: str) -> str:
        """The field as text, "" where it is none: an object is not text."""
        found = self.record.get(name)
        return found if isinstance(found, str) else ""


def number(found: object) -> float | None:
    """A finite number, also one in a text or a truth value; None for everything else."""
    if isinstance(found, bool):
        return float(found)
    value = real(found)
    return value if value is not None and value - value == 0 else None
