"""The dashboard in a process of its own, so that it loads while there is other work to do."""

import os
import socket
import subprocess
import sys
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

    `variables` are the settings (REINFRA_...) that differ from those of this process.
    """
    with listen(host, port) as listening:
        told = announcement(listening, port)
        process = subprocess.Popen(  # noqa: S603 - this interpreter, this module
            [sys.executable, "-m", "dashboard.background", str(listening.fileno())],
            env={**os.environ, **variables},
            pass_fds=[listening.fileno()],
        )
    try:
        yield Background(told, process)
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    run(socket.socket(fileno=int(sys.argv[1])))
