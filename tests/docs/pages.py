"""The documents, and what is fenced in them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_NAME = re.compile(r"`([\w./-]+\.\w+)`")


@dataclass(frozen=True, slots=True)
class Block:
    """Fenced text. `file` is the last file that the text before it names, "" for none."""

    page: str
    language: str
    text: str
    file: str


def pages(folder: str = "") -> list[Path]:
    """The documents below `folder`; without one, those of the whole project."""
    if folder:
        return sorted((ROOT / folder).rglob("*.md"))
    return [*sorted(ROOT.glob("*.md")), *pages("docs")]


def blocks(page: Path) -> Iterator[Block]:
    text = page.read_text(encoding="utf-8")
    for found in _FENCE.finditer(text):
        before = text[: found.start()].rpartition("```")[2]
        names = _NAME.findall(before)
        yield Block(page.name, found[1], found[2], names[-1] if names else "")


def without_blocks(page: Path) -> str:
    return _FENCE.sub("", page.read_text(encoding="utf-8"))
