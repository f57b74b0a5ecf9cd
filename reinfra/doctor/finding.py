"""One thing looked at."""

import enum
from dataclasses import dataclass


class Level(enum.StrEnum):
    OK = "ok"
    NOTE = "note"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """`todo` says what to do about it, where there is something to do."""

    level: Level
    what: str
    said: str
    todo: str = ""


def sentence(text: str) -> str:
    """`text` with a full stop, unless it ends as a sentence does."""
    return text if text.endswith((".", "?", "!")) else f"{text}."
