import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

PARENT = """
import sys, time
from dashboard.background import in_background
with in_background({}, "127.0.0.1", int(sys.argv[1])) as dashboard:
    print(dashboard.process.pid, flush=True)
    time.sleep(60)
"""


@pytest.mark.parametrize("blow", [signal.SIGTERM, signal.SIGKILL])
def test_the_dashboard_ends_with_its_parent_and_frees_the_port(blow: signal.Signals) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, str(port)], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        os.kill(child, 0)
        parent.send_signal(blow)
        assert parent.wait(20) in {128 + blow, -blow}
    assert _within(20, lambda: not _alive(child)), "the dashboard outlived its parent"
    # A process reads as ended while its last threads still leave; the port is free when they have left.
    assert _within(20, lambda: _free(port)), "the port is still taken"


def _free(port: int) -> bool:
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


def _alive(process: int) -> bool:
    """A process that ended and was not waited for yet does not count."""
    try:
        state = Path(f"/proc/{process}/stat").read_text(encoding="utf-8")
    except FileNotFoundError:
        return False
    return state.rpartition(")")[2].split()[0] != "Z"


def _within(seconds: float, holds: Callable[[], bool]) -> bool:
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True
