"""The one error family: what happened, where, why, and what to do about it."""

import enum


class ExitCode(enum.IntEnum):
    """What a command's exit status means; schedulers act on these."""

    OK = 0
    FAILED = 1
    USAGE = 2
    PARTIAL = 3
    STALE = 4
    LOCKED = 75


class ReinfraError(Exception):
    """An error a person can act on, printed as one line and never as a traceback."""

    exit_code = ExitCode.FAILED

    def __init__(self, what: str, *, where: str = "", why: str = "", todo: str = "") -> None:
        super().__init__(what)
        self.what, self.where, self.why, self.todo = what, where, why, todo

    def __str__(self) -> str:
        line = ": ".join(part for part in (self.where, self.what, self.why) if part)
        line = f"{line}. {self.todo}" if self.todo else line
        return " ".join(line.split())


class InputError(ReinfraError):
    """Bad input from a person: a file, an option, a setting."""

    exit_code = ExitCode.USAGE


class LockedError(ReinfraError):
    """Another run holds the lock; a scheduler may simply try again later."""

    exit_code = ExitCode.LOCKED
