"""Instants on the command line: 2026-11-20T15:00Z, or how long ago: 6h, 7d; and durations."""

from reinfra.config.instants import instant
from reinfra.errors import InputError

__all__ = ["ahead", "instant"]


def ahead(text: str, option: str) -> int:
    """Milliseconds of 30m, 2h or 1d12h. Raises InputError naming the option."""
    from reinfra.config.durations import milliseconds

    try:
        found = milliseconds(text)
    except ValueError as error:
        raise InputError(str(error), where=option) from error
    if not found:
        raise InputError("no time at all", where=option, todo="Write for instance 2h.")
    return found
