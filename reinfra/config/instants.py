"""Instants as people write them: 2026-11-20T15:00Z, or how long ago: 6h, 7d."""

import re
from datetime import UTC, datetime

from reinfra.errors import InputError

_AGO = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)(m|h|d)", re.ASCII)
_UNITS = {"m": 60_000, "h": 3_600_000, "d": 86_400_000}


def instant(text: str | None, option: str, now: int) -> int | None:
    """Milliseconds since 1970 UTC; a time without a zone is UTC. Raises InputError naming the option."""
    if text is None:
        return None
    if ago := _AGO.fullmatch(text):
        return _since_1970(now - round(float(ago[1]) * _UNITS[ago[2]]), text, option)
    try:
        given = datetime.fromisoformat(text)
    except ValueError as error:
        raise InputError(
            f"{text[:40]!r} is no time",
            where=option,
            todo="Write 2026-11-20T15:00Z, or 6h for six hours ago.",
        ) from error
    aware = given if given.tzinfo else given.replace(tzinfo=UTC)
    return _since_1970(round(aware.timestamp() * 1000), text, option)


def _since_1970(at: int, text: str, option: str) -> int:
    if at < 0:
        raise InputError(f"{text[:40]!r} is before 1970", where=option, todo="Write a later time.")
    return at
