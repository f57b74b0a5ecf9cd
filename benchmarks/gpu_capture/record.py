"""Runs the phases one after another on a real GPU, and records what NVML says meanwhile."""

import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from benchmarks.gpu_capture.phases import NORMAL, Phase, Window
from benchmarks.gpu_capture.rows import Row, of_batch, of_step
from benchmarks.gpu_capture.workload import arguments
from collectors.base import Collector
from reinfra.model import Batch, Fact, Report, system_clock

WARM_UP = 15.0
"""Seconds that a training process starts and compiles for before its phase begins."""


@dataclass(slots=True)
class Recording:
    rows: list[Row] = field(default_factory=list)
    windows: list[Window] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)


def record(source: Collector, phases: Sequence[Phase], seconds: float, hertz: float) -> Recording:
    """Raises CollectorError where NVML fails, RuntimeError where a training process dies."""
    recording = Recording()
    for phase in phases:
        with ExitStack() as stack:
            lines: list[str] = []
            running = [stack.enter_context(training(phase, lines))]
            if phase.rival:
                running.append(stack.enter_context(training(NORMAL, [])))
            time.sleep(WARM_UP)
            lines.clear()
            since = system_clock()
            watch(source, recording, phase, seconds, hertz)
            recording.windows.append(Window(phase.fault, since, system_clock()))
            recording.rows += [of_step(line, phase.fault) for line in tuple(lines)]
            for process in running:
                if process.poll() is not None:
                    raise RuntimeError(f"the training process of {phase} ended by itself")
    return recording


def watch(
    source: Collector, recording: Recording, phase: Phase, seconds: float, hertz: float
) -> None:
    """Collect so many times a second for so long."""
    began = time.monotonic()
    for number in range(max(1, round(seconds * hertz))):
        time.sleep(max(0.0, began + number / hertz - time.monotonic()))
        for given in source.collect():
            match given:
                case Batch():
                    recording.rows += of_batch(given, phase.fault)
                case Report():
                    recording.facts += given.facts


@contextmanager
def training(phase: Phase, lines: list[str]) -> Iterator[subprocess.Popen[str]]:
    """A training process, whose lines are appended to `lines` as they come."""
    command = arguments(phase.load)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        threading.Thread(target=_read, args=(process, lines), daemon=True).start()
        try:
            yield process
        finally:
            process.terminate()


def _read(process: subprocess.Popen[str], lines: list[str]) -> None:
    for line in process.stdout or ():
        lines.append(line)  # noqa: PERF402  (each as it comes)
