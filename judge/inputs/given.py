"""An answer as it came from a source, with what says where and when it was given."""

from collections import Counter
from dataclasses import dataclass, field

from judge.prompt import Task
from judge.recorded.lines import sha256


@dataclass(frozen=True, slots=True)
class Given:
    """`at` is when it was answered, ms since 1970 UTC; 0 where the source does not say.

    `stratum` is the source's own word for the group; without one it is service, model, prompt version and
    accelerator. `finish` is why the server stopped, "" when unknown.
    """

    id: str
    task: Task
    at: int = 0
    service: str = ""
    model: str = ""
    prompt_version: str = ""
    accelerator: str = ""
    own_stratum: str = ""
    cluster: str = ""
    finish: str = ""
    trace_id: str = ""
    span_id: str = ""

    @property
    def stratum(self) -> str:
        parts = (self.service, self.model, self.prompt_version, self.accelerator)
        return self.own_stratum or " / ".join(part for part in parts if part)

    @property
    def sha256(self) -> str:
        task = self.task
        return sha256(task.question, task.reference, task.context, *task.answers)


@dataclass(frozen=True, slots=True)
class GivenPage:
    """What a source gave; `refused` counts by reason what could not be graded."""

    items: tuple[Given, ...]
    refused: Counter[str] = field(default_factory=Counter)
