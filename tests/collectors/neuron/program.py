"""A neuron-monitor for tests: a small program that prints what it is told to, recorded reports above all."""

import json
import sys
from pathlib import Path

from collectors.local_file import read_text
from collectors.neuron.inbox import Inbox
from collectors.neuron.process import Process
from tests.collectors.recordings import DATA

CAPTURE = read_text(DATA / "neuron" / "neuron_monitor_trn1n32xl.json.gz")

_HEAD = """#!{python} -SE
import os, sys, time
here = os.path.dirname(os.path.abspath(__file__))
report = open(here + "/report.json", "rb").read().strip()
starts = os.path.getsize(here + "/starts")
open(here + "/starts", "ab").write(b".")
open(here + "/arguments", "w").write("\\n".join(sys.argv[1:]))
open(here + "/config", "w").write(open(sys.argv[2]).read())
open(here + "/pid", "w").write(str(os.getpid()))
def say(line):
    sys.stdout.buffer.write(line + b"\\n")
    sys.stdout.buffer.flush()
def stay():
    time.sleep(600)
"""


def program(folder: Path, body: str, report: str = CAPTURE) -> Path:
    """An executable that runs `body`, in which `say`, `stay`, `report` and `starts` are known."""
    (folder / "report.json").write_text(report)
    (folder / "starts").write_bytes(b"")
    path = folder / "neuron-monitor"
    path.write_text(_HEAD.format(python=sys.executable) + body)
    path.chmod(0o755)
    return path


def starts(folder: Path) -> int:
    return (folder / "starts").stat().st_size


def small(**system: object) -> str:
    """The least report there is."""
    return json.dumps({"neuron_runtime_data": [], "system_data": system})


def process(path: Path | str, inbox: Inbox, now: list[float] | None = None) -> Process:
    """Restarts at once; `now` stands for the monotonic clock."""
    quick = (0.001, 0.002)
    if now is None:
        return Process(str(path), {"period": "1s"}, inbox, lambda: 7_000, pauses=quick)
    return Process(
        str(path), {"period": "1s"}, inbox, lambda: 7_000, pauses=quick, monotonic=lambda: now[0]
    )
