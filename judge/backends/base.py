"""What every backend does: ask a model once, and give its reply with what it cost."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from judge.identity import Setting
from judge.parse import Reply
from judge.prompt import Prompt
from judge.rubric import Rubric
from reinfra.model import ReinfraError, VerdictStatus


class BackendError(ReinfraError):
    """The model server refuses us as a whole (credentials, model, request): no item can be graded."""


class PassingError(Exception):
    """One try failed, another may not; `status` is the item's where none is left.

    `throttled` says that the server has too much to do; `retry_after` is how many seconds it asks to be left
    alone, None where it does not say.
    """

    def __init__(
        self,
        why: str,
        *,
        status: VerdictStatus = VerdictStatus.ERROR,
        throttled: bool = False,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(why)
        self.status, self.throttled, self.retry_after = status, throttled, retry_after


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens and tries behind one reply. Cached tokens are billed otherwise, so they are in no other count.

    A try that failed reported no tokens; `attempts` counts it all the same.
    """

    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    attempts: int = 1


@dataclass(frozen=True, slots=True)
class Asked:
    """One question to a judge: a prompt under a rubric, and which item, order and repetition it is for."""

    prompt: Prompt
    rubric: Rubric
    item: str = ""
    order: str = ""
    replicate: int = 0


@dataclass(frozen=True, slots=True)
class Graded:
    """`text` is the reply as it came, "" when none did."""

    reply: Reply
    text: str
    usage: Usage


class Backend(Protocol):
    """One model with its version, behind one server. Used by many threads at once."""

    @property
    def judge(self) -> str:
        """The name that verdicts carry, such as "bedrock/us.amazon.nova-pro-v1:0"."""
        ...

    @property
    def settings(self) -> Mapping[str, Setting]:
        """What a verdict depends on beside rubric and prompt; part of its configuration's hash."""
        ...

    def ask(self, asked: Asked) -> Graded:
        """One try. A reply that is no grade has a status and no score.

        Raises PassingError where another try may help, BackendError where every item would fail.
        """
        ...

    def close(self) -> None:
        """End its connections."""
        ...


def failed(status: VerdictStatus, why: str, text: str = "", usage: Usage | None = None) -> Graded:
    return Graded(Reply(status, why=why[:500]), text, usage or Usage())


def count(given: object) -> int:
    """A number of tokens as a server reports it; 0 where it is none."""
    return given if isinstance(given, int) and not isinstance(given, bool) and given > 0 else 0


def names_any(text: str, *words: str) -> bool:
    lowered = text.lower()
    return any(word in lowered for word in words)
