"""What a collector says beside samples: what it could not read, what it found installed, what was answered."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from reinfra.model.samples import Batch

Subject = tuple[tuple[str, str], ...]
"""The labels that name a device, a host or a service, sorted by name: (("host.name", "a"), ("hw.id", "GPU-1"))."""


class Coverage(enum.StrEnum):
    """Whether an expected signal of a subject is really watched."""

    WATCHED = "watched"
    WARMING = "warming"
    """Samples come, but not yet enough of them for a detector."""
    STALE = "stale"
    """Samples came and stopped, while the source itself still answers."""
    UNSUPPORTED = "unsupported"
    """The source says that this hardware or version does not have it."""
    FAILING = "failing"
    """The source cannot be read, and says why."""
    NEVER = "never"
    """Nothing that is watched here can ever give it: a rule on it can never fire."""


@dataclass(frozen=True, slots=True)
class Absence:
    """A signal that a subject should give and does not. `reason` is in the source's own words.

    An empty `signal` means the whole subject: a device that fell off the bus, a target that hangs.
    """

    subject: Subject
    signal: str
    state: Coverage
    reason: str


@dataclass(frozen=True, slots=True)
class Fact:
    """What a subject is or runs: its instance type, its driver, the model it serves. A change is an event.

    Names are OpenTelemetry's resource attributes where one exists (`host.type`), else
    `<thing>.version`.
    """

    subject: Subject
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A generated answer that a judge may grade. `input` and `output` are kept or hashed by policy.

    `at` is when it ended; `score` (with `scorer`) is a grade that came with it, NaN for none.
    """

    id: str
    at: int
    service: str
    model: str
    input: str
    output: str
    prompt_version: str = ""
    accelerator: str = ""
    reference: str = ""
    scorer: str = ""
    score: float = float("nan")
    label: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """Beside samples. `refused` counts, by reason, what the source gave and could not be taken."""

    absences: tuple[Absence, ...] = ()
    facts: tuple[Fact, ...] = ()
    answers: tuple[Answer, ...] = ()
    refused: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """A batch of a source that can be read again from where one stopped.

    `cursor` is stored in the transaction of the batch, and handed back to `resume`.
    """

    batch: Batch
    cursor: str


def subject(labels: Mapping[str, str]) -> Subject:
    """These labels as a subject; an empty label is no label."""
    return tuple(sorted((name, value) for name, value in labels.items() if value))
