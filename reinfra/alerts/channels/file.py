"""JSON lines in a file: appended, synced, one line per message, whatever happens in between."""

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from reinfra.alerts.channels.base import ChannelError, Result
from reinfra.alerts.message import Context, Told, document


@dataclass(frozen=True, slots=True)
class JsonLines:
    """Appends to `path`; what a killed process or a full disk left half-written is never taken for a line."""

    path: Path
    name: str = "file"
    context: Context = field(default_factory=Context)
    batch_size: int = 100

    def send(self, messages: Sequence[Told]) -> list[Result]:
        lines = [json.dumps(document(message, self.context)) for message in messages]
        block = "".join(f"{line}\n" for line in lines).encode()
        try:
            with self._opened() as handle:
                _append(handle, block)
        except OSError as error:
            raise ChannelError(
                "the alert file cannot be written",
                where=str(self.path),
                why=error.strerror or str(error),
                todo="Alerts wait in the outbox until it can.",
            ) from error
        return [Result()] * len(messages)

    @contextlib.contextmanager
    def _opened(self) -> Iterator[int]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)  # another relay's lines stay whole, too
            yield handle
        finally:
            os.close(handle)


def _append(handle: int, block: bytes) -> None:
    """Write all of `block` behind a line break and sync it, or leave the file as it was."""
    size = os.fstat(handle).st_size
    if size and os.pread(handle, 1, size - 1) != b"\n":
        block = b"\n" + block
    try:
        rest = memoryview(block)
        while rest:
            rest = rest[os.write(handle, rest) :]
        os.fsync(handle)
    except OSError:
        with contextlib.suppress(OSError):  # a device cannot be cut back
            os.ftruncate(handle, size)
        raise
