"""One line per alert on a terminal or in a service's log."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TextIO

from reinfra.alerts.channels.base import ChannelError, Result
from reinfra.alerts.message import note, subject
from reinfra.model import iso
from reinfra.store.notice import Notice


@dataclass(frozen=True, slots=True)
class Console:
    """`stream` is standard output as it is at the time of sending, unless one is given."""

    name: str = "console"
    stream: TextIO | None = field(default=None, repr=False)
    batch_size: int = 100

    def send(self, notices: Sequence[Notice]) -> list[Result]:
        stream = self.stream or sys.stdout
        try:
            stream.writelines(_line(notice) for notice in notices)
            stream.flush()
        except (OSError, ValueError) as error:  # a closed stream is a ValueError
            raise ChannelError("nobody reads the console", why=str(error)) from error
        return [Result()] * len(notices)


def _line(notice: Notice) -> str:
    remark = f" ({note(notice)})" if note(notice) else ""
    return f"{iso(notice.at)} {subject(notice)}{remark}\n"
