"""Real processes: shells that live, die, or do not listen."""

import os
import select
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from reinfra.config.up import UpSettings
from reinfra.errors import ExitCode
from reinfra.up.part import Part
from reinfra.up.supervisor import Supervisor

LIVES = ("sh", "-c", "trap 'exit 0' TERM; while :; do sleep 0.05; done")
DEAF = ("sh", "-c", "trap '' TERM; while :; do sleep 0.05; done")
SETTINGS = UpSettings(backoff=0.1, steady=60, stop=2)


class Said:
    """The lines of a supervisor, and what to do at some of them."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.stop = threading.Event()
        self.when: Callable[[], bool] = lambda: False

    def __call__(self, line: str) -> None:
        self.lines.append(line)
        if self.when():
            self.stop.set()


def _run(said: Said, settings: UpSettings = SETTINGS, **commands: tuple[str, ...]) -> ExitCode:
    parts = [Part(name, command, settings, said) for name, command in commands.items()]
    threading.Timer(20, said.stop.set).start()
    return Supervisor(parts, settings, said.stop, said).run()


@pytest.fixture
def said() -> Said:
    return Said()


def test_parts_end_in_order_when_told_to(said: Said) -> None:
    said.when = lambda: "one runs; two runs" in said.lines
    assert _run(said, one=LIVES, two=LIVES) is ExitCode.OK
    assert said.lines[-2:] == ["one: ended with 0", "two: ended with 0"]


def test_a_part_that_ends_is_started_again_later_each_time_and_is_a_visible_state(
    said: Said,
) -> None:
    said.when = lambda: sum("ended with 7 after" in line for line in said.lines) >= 3
    assert _run(said, good=LIVES, bad=("sh", "-c", "exit 7")) is ExitCode.FAILED
    pauses = [line.partition("again in ")[2] for line in said.lines if "again in" in line]
    assert pauses[:3] == ["0.1 s", "0.2 s", "0.4 s"]
    assert any("good runs; bad is down, ended with 7" in line for line in said.lines)


def test_a_part_that_does_not_listen_is_killed_in_its_share_of_the_time(said: Said) -> None:
    said.when = lambda: "deaf runs" in said.lines
    settings = UpSettings(stop=1)
    assert _run(said, settings, deaf=DEAF) is ExitCode.PARTIAL
    assert said.lines[-1] == "deaf: killed, it did not end in time"


def test_systemd_hears_when_all_run_and_when_they_end(
    said: Said, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(address))
        monkeypatch.setenv("NOTIFY_SOCKET", str(address))
        said.when = lambda: "one runs" in said.lines
        _run(said, one=LIVES)
        heard = [manager.recv(4096).decode() for _ in range(3)]
    assert [line.splitlines()[0] for line in heard] == ["READY=1", "WATCHDOG=1", "STOPPING=1"]


def test_a_child_ends_with_the_process_that_started_it() -> None:
    if not sys.platform.startswith("linux"):
        pytest.skip("only Linux tells a child that its parent has died")
    child = """
import signal
from reinfra.up.child import end_with_parent
end_with_parent()
print("ready", flush=True)
signal.pause()
"""
    parent = f"""
import os, subprocess, sys
from reinfra.up.child import PARENT
child = subprocess.Popen(
    [sys.executable, "-c", {child!r}], env={{**os.environ, PARENT: str(os.getpid())}},
    stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
)
child.stdout.readline()
print(child.pid, flush=True)
sys.stdin.read()
"""
    with subprocess.Popen(
        [sys.executable, "-c", parent], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        pid = int(process.stdout.readline())
        watched = os.pidfd_open(pid)
        process.kill()
        ready, _, _ = select.select([watched], [], [], 10)
        os.close(watched)
    assert ready, "the child outlived its parent"
