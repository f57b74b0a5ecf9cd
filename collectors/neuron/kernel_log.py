"""Neuron hardware errors in the kernel's log, counted since the log begins: /dev/kmsg, or a file that grows."""

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from collectors.base import CollectorError
from collectors.neuron.hardware_errors import HardwareError, parse
from collectors.neuron.lines import Lines

_RECORD = 8_192
"""A record of /dev/kmsg is read whole, and never longer (Documentation/ABI/testing/dev-kmsg)."""

_MOST_AT_ONCE = 32 * 1024 * 1024
_CHUNK = 1024 * 1024
_LONGEST_LINE = 16 * 1024

Counted = dict[HardwareError, int]


@dataclass(slots=True)
class KernelLog:
    """`counts` holds how often each error stands in the log since boot, or since the file begins.

    Reading starts at the beginning, so that after a restart of ours the counts are the same again.
    """

    path: Path
    counts: Counted = field(default_factory=dict)
    _descriptor: int = -1
    _lines: Lines = field(default_factory=lambda: Lines(_LONGEST_LINE))

    def read(self) -> Counted:
        """The counts by now. Raises CollectorError where the log cannot be read."""
        try:
            self._reopen()
            for _ in range(_MOST_AT_ONCE // _RECORD):
                chunk = self._chunk()
                if not chunk:
                    break
                for line in self._lines.feed(chunk):
                    self._count(line)
        except OSError as error:
            self.close()
            raise CollectorError(
                "cannot be read", where=str(self.path), why=error.strerror or str(error)
            ) from error
        return self.counts

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _reopen(self) -> None:
        """A file that was rotated, or cut, is another log: what it counts starts at 0."""
        if self._descriptor >= 0 and not self._replaced():
            return
        self.close()
        self.counts, self._lines = {}, Lines(_LONGEST_LINE)
        self._descriptor = os.open(self.path, os.O_RDONLY | os.O_NONBLOCK)

    def _replaced(self) -> bool:
        ours, theirs = os.fstat(self._descriptor), self.path.stat()
        if not stat.S_ISREG(ours.st_mode):
            return False
        here = os.lseek(self._descriptor, 0, os.SEEK_CUR)
        return (ours.st_ino, ours.st_dev) != (theirs.st_ino, theirs.st_dev) or ours.st_size < here

    def _chunk(self) -> bytes:
        regular = stat.S_ISREG(os.fstat(self._descriptor).st_mode)
        try:
            return os.read(self._descriptor, _CHUNK if regular else _RECORD)
        except BlockingIOError:
            return b""  # /dev/kmsg: everything was read
        except BrokenPipeError:
            return b"\n"  # records were overwritten before they were read; the next read goes on

    def _count(self, line: bytes) -> None:
        error = parse(line)
        if error is not None:
            self.counts[error] = self.counts.get(error, 0) + 1
