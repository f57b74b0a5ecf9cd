"""`neuron-monitor` as a child process, started again when it ends, its standard error kept for the message."""

import json
import os
import selectors
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from collectors.neuron.inbox import Inbox
from collectors.neuron.lines import Lines
from collectors.neuron.report import MAX_BYTES
from reinfra.model import Clock

INSTALLED = "/opt/aws/neuron/bin"
"""Where aws-neuronx-tools puts it, which is not on every PATH."""

_CHUNK = 64 * 1024
_STDERR_TAIL = 2_000
_LOOK_UP = 0.5
_GOODBYE = 2.0
_PAUSES = (1.0, 60.0)
"""Seconds before the first restart, and at most: they double while no report comes."""


def find_program(command: str) -> str | None:
    """The path of `command`, on PATH or where Neuron's tools are installed."""
    return shutil.which(command) or shutil.which(command, path=INSTALLED)


def configuration(period: float, *, host_metrics: bool) -> dict[str, object]:
    """Every group of metrics, all with one period, so that none is repeated in the next report."""
    runtime = ("neuroncore_counters", "memory_used", "neuron_runtime_vcpu_usage", "execution_stats")
    system = ("neuron_hw_counters", *(("vcpu_usage", "memory_info") if host_metrics else ()))
    return {
        "period": f"{period:g}s",
        "neuron_runtimes": [{"tag_filter": ".*", "metrics": [{"type": name} for name in runtime]}],
        "system_metrics": [{"type": name} for name in system],
    }


class Process:
    """Keeps the program running on a thread of its own, and puts its lines into `inbox`.

    `problem` is why it says nothing at the moment: "" from a line on, until the program ends.
    """

    def __init__(
        self,
        command: str,
        settings: dict[str, object],
        inbox: Inbox,
        clock: Clock,
        *,
        pauses: tuple[float, float] = _PAUSES,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._command, self._settings = command, settings
        self._inbox, self._clock, self._monotonic = inbox, clock, monotonic
        self._pauses = pauses
        self._stop = threading.Event()
        self._news = threading.Event()
        self._thread: threading.Thread | None = None
        self._running: subprocess.Popen[bytes] | None = None
        self.problem = ""
        self._heard_at = monotonic()
        self.starts = 0

    def start(self) -> None:
        if self._thread is None:
            self._heard_at = self._monotonic()
            self._thread = threading.Thread(target=self._run, name="neuron-monitor", daemon=True)
            self._thread.start()

    def wait(self, timeout: float) -> bool:
        """Until the first line came or the first start failed; True at once from then on."""
        return self._news.wait(timeout)

    def silent_for(self) -> float:
        """Seconds since the last line, or since the start that no line has followed."""
        return self._monotonic() - self._heard_at

    def close(self) -> None:
        self._stop.set()
        running = self._running
        if running is not None:
            running.terminate()  # which ends its output, and so wakes whoever reads it
        if self._thread is not None:
            self._thread.join(2 * _GOODBYE)

    def _run(self) -> None:
        try:
            with TemporaryDirectory(prefix="reinfra-neuron-") as folder:
                config = Path(folder) / "monitor.json"
                config.write_text(json.dumps(self._settings))
                self._again_and_again(config)
        except OSError as error:
            self._failed(f"its configuration cannot be written: {error.strerror or error}")

    def _again_and_again(self, config: Path) -> None:
        pause, most = self._pauses
        while not self._stop.is_set():
            if self._once(config):
                pause = self._pauses[0]
            self._stop.wait(pause)
            pause = min(2 * pause, most)

    def _once(self, config: Path) -> bool:
        """Run the program until it ends; whether it gave a line."""
        tail = bytearray()
        try:
            with self._program(config) as program:
                heard = self._listen(program, tail)
        except OSError as error:
            self._failed(f"{self._command} cannot be started: {error.strerror or error}")
            return False
        said = tail.decode(errors="replace").strip()
        self._failed(f"{self._command} {_ending(program.returncode)}" + (said and f": {said}"))
        return heard

    @contextmanager
    def _program(self, config: Path) -> Iterator[subprocess.Popen[bytes]]:
        path = find_program(self._command)
        if path is None:
            raise FileNotFoundError(None, "it is not installed")
        program = subprocess.Popen(  # noqa: S603  (a program that the settings name, no shell)
            [path, "-c", str(config)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self._running = program
        self.starts += 1
        with program:
            try:
                yield program
            finally:
                if self._stop.is_set():
                    program.terminate()
                _wait(program)
                self._running = None

    def _listen(self, program: subprocess.Popen[bytes], tail: bytearray) -> bool:
        """Until its standard output ends: a child of its own may hold standard error open."""
        lines, heard, open_ = Lines(MAX_BYTES), False, True
        self._heard_at = self._monotonic()
        with selectors.DefaultSelector() as selector:
            for pipe in (program.stdout, program.stderr):
                if pipe is not None:
                    selector.register(pipe, selectors.EVENT_READ, pipe is program.stdout)
            while not self._stop.is_set():
                ready = selector.select(_LOOK_UP if open_ else 0)
                if not (open_ or ready):
                    break
                for key, _ in ready:
                    chunk = os.read(key.fd, _CHUNK)
                    if key.data:
                        heard |= self._take(lines, chunk)
                        open_ = bool(chunk)
                    tail += b"" if key.data else chunk
                    del tail[:-_STDERR_TAIL]
                    if not chunk:
                        selector.unregister(key.fileobj)
        return heard

    def _take(self, lines: Lines, chunk: bytes) -> bool:
        whole = lines.feed(chunk)
        if lines.too_long:
            self._inbox.refuse(f"reports of more than {MAX_BYTES:,} bytes", lines.too_long)
            lines.too_long = 0
        for line in whole:
            self._inbox.put(self._clock(), line)
        if whole:
            self.problem, self._heard_at = "", self._monotonic()
            self._news.set()
        return bool(whole)

    def _failed(self, problem: str) -> None:
        if not self._stop.is_set():
            self.problem = problem
            self._news.set()


def _wait(program: subprocess.Popen[bytes]) -> None:
    """Until it has ended by itself; one that does not is killed."""
    try:
        program.wait(_GOODBYE)
    except subprocess.TimeoutExpired:
        program.kill()


def _ending(code: int | None) -> str:
    if code is not None and code < 0:
        return f"was ended by signal {-code}"
    return f"ended with {code}"
