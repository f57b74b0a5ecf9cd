"""The agent of one host: eight replayed GPUs, with and without the host itself, into SQLite and to OTLP.

What the double of NVML costs is in the figures; a real NVML's own time is not: its calls go to a driver.
"""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.results import table

SECONDS = 20.0
GPUS = 8

CPU_LIMIT = 0.01
"""Of one core."""

MEMORY_LIMIT = 120e6

_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Way:
    """`signals` of each GPU, 0 for all that it has."""

    name: str
    capture: str = "a10g"
    signals: int = 0
    host: bool = True
    otlp: bool = False


WAYS = (
    Way("8 x 40 signals to store", signals=40, host=False),
    Way("8 x 40 signals and the host to store", signals=40),
    Way("8 x A10G, all signals, and the host to store"),
    Way("the same to store and OTLP", otlp=True),
    Way("8 x A100, all signals, and the host to store", capture="a100-sxm4-v12"),
)


@dataclass(frozen=True, slots=True)
class Taken:
    """What the agent's process took, in shares of one core, and its largest resident memory in bytes.

    `reading` and `writing` are parts of `cpu`: inside of the sources, and inside of the store.
    """

    series: int
    samples: int
    cpu: float
    reading: float
    writing: float
    memory: float
    failed: int


def run(seconds: float = SECONDS) -> Iterator[str]:
    rows = []
    for way in WAYS:
        taken = measured(way, seconds)
        rows.append(
            (
                way.name,
                taken.series,
                f"{taken.samples / seconds:,.0f}",
                f"{taken.cpu:.2%}",
                f"{taken.reading:.2%}",
                f"{taken.writing:.2%}",
                f"{taken.memory / 1e6:.0f} MB",
                _verdict(taken),
            )
        )
    columns = (
        "agent",
        "series",
        "samples/s",
        "CPU of a core",
        "reading",
        "writing",
        "memory",
        "< 1 % and < 120 MB",
    )
    yield (
        f"## Agent\n\nReplayed GPUs (a recorded report of nvidia-smi, repeated) every second for {seconds:.0f} s "
        "after a start of 5 s, in a process of its own. The first row is the one that the figure is of: exactly "
        f"320 series at 1 Hz.\n\n{table(columns, rows)}"
    )


def measured(way: Way, seconds: float) -> Taken:
    """One agent in a process of its own; the receiver is in this one."""
    with TemporaryDirectory() as folder, receiver() as address:
        command = [sys.executable, "-m", "benchmarks.collectors.agent_process", folder]
        what = [way.capture, address if way.otlp else "", GPUS, way.signals, int(way.host)]
        arguments = map(str, (seconds, *what))
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("REINFRA", "OTEL_"))}
        done = subprocess.run(
            [*command, *arguments], cwd=_ROOT, env=kept, stdout=subprocess.PIPE, check=True
        )
        return Taken(**json.loads(done.stdout.splitlines()[-1]))


@contextmanager
def receiver() -> Iterator[str]:
    """An OTLP endpoint that takes everything and reads nothing."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing on standard error."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _verdict(taken: Taken) -> str:
    missed = [
        name
        for name, holds in (
            ("CPU", taken.cpu < CPU_LIMIT),
            ("memory", taken.memory < MEMORY_LIMIT),
            ("export", not taken.failed),
        )
        if not holds
    ]
    return f"not held: {', '.join(missed)}" if missed else "held"
