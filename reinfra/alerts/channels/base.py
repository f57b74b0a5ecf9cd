"""What a channel is: a name, and one verb."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from reinfra.alerts.message import Told
from reinfra.errors import ReinfraError


class ChannelError(ReinfraError):
    """Nothing of a batch got through. `permanent` says that trying again cannot help.

    `wait` is how many ms the other side wants to be left alone; 0 where it did not say.
    """

    def __init__(
        self,
        what: str,
        *,
        where: str = "",
        why: str = "",
        todo: str = "",
        permanent: bool = False,
        wait: int = 0,
    ) -> None:
        super().__init__(what, where=where, why=why, todo=todo)
        self.permanent, self.wait = permanent, wait


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one message: `error` is empty if it was taken, `receipt` is what the other side calls it."""

    error: str = ""
    permanent: bool = False
    receipt: str = ""
    wait: int = 0

    @property
    def delivered(self) -> bool:
        return not self.error


def one_by_one(messages: Sequence[Told], send: Callable[[Told], Result]) -> list[Result]:
    """Send each; after an error of the whole channel the rest is not tried.

    Raises that error where it was the first.
    """
    results: list[Result] = []
    for message in messages:
        try:
            results.append(send(message))
        except ChannelError as error:
            if not results:
                raise
            left = len(messages) - len(results)
            return results + [Result(str(error), wait=error.wait)] * left
    return results


class Channel(Protocol):
    """A way to tell people or machines. `name` is what the outbox knows it by."""

    @property
    def name(self) -> str: ...

    @property
    def batch_size(self) -> int:
        """How many messages one `send` takes; small enough to be done well within the relay's lease."""

    def send(self, messages: Sequence[Told]) -> list[Result]:
        """One result per message, in order, once it is safely on the other side. Raises ChannelError."""
