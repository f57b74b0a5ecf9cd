"""One line per alert on a terminal or in a service's log."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TextIO

from reinfra.alerts.channels.base import ChannelError, Result
from reinfra.alerts.message import Told, note, subject
from reinfra.model import iso


@dataclass(frozen=True, slots=True)
class Console:
    """`stream` is standard output as it is at the time of sending, unless one is given."""

    name: str = "console"
    stream: TextIO | None = field(default=None, repr=False)
    batch_size: int = 100

    def send(self, messages: Sequence[Told]) -> list[Result]:
        stream = self.stream or sys.stdout
        try:
            stream.writelines(_line(message) for message in messages)
            stream.flush()
        except (OSError, ValueError) as error:  # a closed stream is a ValueError
            raise ChannelError("nobody reads the console", why=str(error)) from error
        return [Result()] * len(messages)


def _line(message: Told) -> str:
    remark = f" ({note(message)})" if note(message) else ""
    return f"{iso(message.at)} {subject(message)}{remark}\n"
