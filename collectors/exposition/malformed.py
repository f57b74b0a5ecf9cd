"""How a page that breaks its grammar is refused: whole, with the line and the reason."""

from collectors.base import CollectorError

_SHOWN = 60


def malformed(line: int, why: str) -> CollectorError:
    """The error to raise. `line` counts from 1."""
    return CollectorError("malformed exposition", where=f"line {line}", why=why)


def shown(text: str) -> str:
    """What came from outside, cut and escaped for a message."""
    return ascii(text if len(text) <= _SHOWN else text[:_SHOWN] + "…")
