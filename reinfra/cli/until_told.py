"""What ends a command that runs on: SIGTERM of an init system, SIGINT of a person."""

import signal
import threading


def until_told() -> threading.Event:
    """Set by the first signal; a second one ends the process as if nobody listened."""
    stop = threading.Event()

    def told(number: int, _frame: object) -> None:
        stop.set()
        signal.signal(number, signal.SIG_DFL)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, told)
    return stop
