"""How far each file has been read, and how it is known again: what the cursor holds."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import astuple, dataclass, field
from typing import Any

from collectors.files.content import Content

HEAD, TAIL = 1024, 256
"""Bytes from the start of a file, and before the place that was reached, by which it is known again."""

_FORMAT = 1

Marks = Mapping[str, "Mark"]
"""By path."""


@dataclass(frozen=True, slots=True)
class Mark:
    """`offset` counts bytes (of what is unpacked), for Parquet rows; `line` the lines before it.

    `done`: all of this `version` was read. `unended`: the last line was taken without a line break.
    `skipping`: in the midst of a line too long to be one. `notes` belong to whoever reads the rows.
    """

    offset: int = 0
    line: int = 0
    head_length: int = 0
    head: str = ""
    tail: str = ""
    version: str = ""
    done: bool = False
    unended: bool = False
    skipping: bool = False
    notes: dict[str, Any] = field(default_factory=dict)

    def known_in(self, content: Content) -> bool:
        """Whether `content` begins with what was read: it has grown, and is no other file."""
        if _digest(content.at(0, self.head_length)) != self.head:
            return False
        return _digest(_before(content, self.offset)) == self.tail


def fingerprint(content: Content, offset: int) -> tuple[int, str, str]:
    """A mark's `head_length`, `head` and `tail` for a file that was read up to `offset`."""
    length = min(HEAD, offset)
    head = _digest(content.at(0, length))
    return length, head, _digest(_before(content, offset))


def written(marks: Marks) -> str:
    files = {path: list(astuple(mark)) for path, mark in marks.items()}
    return json.dumps({"format": _FORMAT, "files": files}, separators=(",", ":"))


def parsed(cursor: str | None) -> dict[str, Mark]:
    """No marks for a cursor that is none: reading a file again gives the same samples again."""
    if cursor is None:
        return {}
    try:
        found = json.loads(cursor)
        if found["format"] != _FORMAT:
            return {}
        return {path: Mark(*row) for path, row in found["files"].items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}


def _before(content: Content, offset: int) -> bytes:
    start = max(offset - TAIL, 0)
    return content.at(start, offset - start)


def _digest(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=8).hexdigest()
