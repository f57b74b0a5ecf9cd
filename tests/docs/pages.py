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


def pages(folder: str = ".") -> list[Path]:
    """The documents below `folder`, those in hidden folders left out."""
    found = sorted((ROOT / folder).rglob("*.md"))
    return [page for page in found if not _hidden(page.relative_to(ROOT))]


def blocks(page: Path) -> Iterator[Block]:
    text = page.read_text(encoding="utf-8")
    for found in _FENCE.finditer(text):
        before = text[: found.start()].rpartition("```")[2]
        names = _NAME.findall(before)
        yield Block(page.name, found[1], found[2], names[-1] if names else "")


def without_blocks(page: Path) -> str:
    return _FENCE.sub("", page.read_text(encoding="utf-8"))


def _hidden(page: Path) -> bool:
    return any(part.startswith(".") or part in {"node_modules", "dist"} for part in page.parts)
