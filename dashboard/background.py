"""The dashboard in a process of its own, so that it loads while there is other work to do."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from dashboard.server import announcement, listen, run


@dataclass(frozen=True, slots=True)
class Background:
    """A dashboard that accepts connections and answers them once it has loaded."""

    announcement: str
    process: "subprocess.Popen[bytes]"

    def wait(self) -> None:
        """Until it ends, or a person interrupts both."""
        with suppress(KeyboardInterrupt):
            self.process.wait()


@contextmanager
def in_background(variables: Mapping[str, str], host: str, port: int) -> Iterator[Background]:
    """A dashboard on `port` or the next free one, stopped at the end. Raises InputError.

    `variables` are the settings (REINFRA_...) that differ from those of this process. It ends with this
    process, however that ends: its standard input is a pipe that closes then. SIGTERM stops both.
    """
    with _terminable(), _started(variables, host, port) as background:
        yield background


@contextmanager
def _started(variables: Mapping[str, str], host: str, port: int) -> Iterator[Background]:
    with listen(host, port) as listening:
        told = announcement(listening, port)
        process = subprocess.Popen(  # noqa: S603 - this interpreter, this module
            [sys.executable, "-m", "dashboard.background", str(listening.fileno())],
            env={**os.environ, **variables},
            pass_fds=[listening.fileno()],
            stdin=subprocess.PIPE,
        )
    try:
        yield Background(told, process)
    finally:
        process.terminate()
        process.communicate()


@contextmanager
def _terminable() -> Iterator[None]:
    """SIGTERM leaves by way of every `finally`; only the main thread can arrange for that."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _leave(number: int, _: object) -> None:
    raise SystemExit(128 + number)


def _end_with_parent() -> None:
    """Read until the parent's end of the pipe is gone."""
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    threading.Thread(target=_end_with_parent, daemon=True).start()
    run(socket.socket(fileno=int(sys.argv[1])))
