"""Idle, dead and lost: three ways in which a device is quiet, and none of them is another."""

import enum
from typing import NamedTuple


class Presence(enum.StrEnum):
    """How a device, a service or a host is."""

    REPORTING = "reporting"
    IDLE = "idle"
    """It reports, and has no work."""
    DEAD = "dead"
    """What watches it does not answer, so nobody knows how it is."""
    LOST = "lost"
    """It disappeared while what watches it still answers."""


class Standing(NamedTuple):
    """`since` is None where nobody knows; of an idle device it is the latest that can be."""

    presence: Presence
    since: int | None = None
    reason: str = ""
