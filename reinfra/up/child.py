"""python -m reinfra.up.child ARGUMENTS: a reinfra command that ends with the process that started it."""

import ctypes
import os
import runpy
import signal
import sys

_SET_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of Linux's prctl(2)
PARENT = "UNDER_REINFRA_UP"  # without our prefix: that is for settings


def command(*arguments: str) -> tuple[str, ...]:
    """The command line of `reinfra` with these arguments, as a child."""
    return (sys.executable, "-m", "reinfra.up.child", *arguments)


def end_with_parent() -> None:
    """SIGTERM to this process when its parent dies, however that dies. Only Linux can."""
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None, use_errno=True).prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGTERM)
    if os.environ.get(PARENT, "") != str(os.getppid()):
        sys.exit(128 + signal.SIGTERM)  # it died before we asked


if __name__ == "__main__":
    end_with_parent()
    runpy.run_module("reinfra", run_name="__main__")
