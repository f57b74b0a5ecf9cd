"""What a channel is: a name, and one verb."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from reinfra.errors import ReinfraError
from reinfra.store.notice import Notice


class ChannelError(ReinfraError):
    """Nothing of a batch got through. `permanent` says that trying again cannot help."""

    def __init__(
        self, what: str, *, where: str = "", why: str = "", todo: str = "", permanent: bool = False
    ) -> None:
        super().__init__(what, where=where, why=why, todo=todo)
        self.permanent = permanent


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one notice: `error` is empty if it was taken, `receipt` is what the other side calls it."""

    error: str = ""
    permanent: bool = False
    receipt: str = ""

    @property
    def delivered(self) -> bool:
        return not self.error


class Channel(Protocol):
    """A way to tell people or machines. `name` is what the outbox knows it by."""

    @property
    def name(self) -> str: ...

    @property
    def batch_size(self) -> int:
        """How many notices one `send` takes; small enough to be done well within the relay's lease."""

    def send(self, notices: Sequence[Notice]) -> list[Result]:
        """One result per notice, in order, once it is safely on the other side. Raises ChannelError."""
