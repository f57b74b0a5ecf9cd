"""What every backend does: take a prompt, give a reply with what it cost."""

from dataclasses import dataclass
from typing import Protocol

from judge.parse import Reply
from judge.prompt import Prompt
from judge.rubric import Rubric
from reinfra.model import ReinfraError


class BackendError(ReinfraError):
    """The model server refuses us as a whole (credentials, model, request): no item can be graded."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens and tries behind one reply. Cached tokens are billed otherwise, so they are kept apart.

    A try that failed reported no tokens; `attempts` counts it all the same.
    """

    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    attempts: int = 1


@dataclass(frozen=True, slots=True)
class Graded:
    """`text` is the reply as it came, "" when none did."""

    reply: Reply
    text: str
    usage: Usage


class Backend(Protocol):
    """One model with its version, behind one server."""

    @property
    def judge(self) -> str:
        """The name that verdicts carry, such as "bedrock/us.amazon.nova-pro-v1:0"."""
        ...

    def grade(self, prompt: Prompt, rubric: Rubric) -> Graded:
        """A failure of this item is a reply with its status; raises BackendError when all would fail."""
        ...
