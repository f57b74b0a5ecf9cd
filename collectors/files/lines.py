"""Whole lines of a file, page by page; the half line at its end waits for its rest."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from collectors.files.content import Content
from collectors.files.marks import Mark, fingerprint

PAGE = 4 * 1024 * 1024
"""Bytes read at once; a line that is longer is no line."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Whole lines; `first` is the number of the first, from 1. `mark` is where the next page begins.

    `refused` says why what begins there is no line, where it is none.
    """

    first: int
    lines: list[bytes]
    mark: Mark
    refused: str = ""


def pages(content: Content, mark: Mark, *, settled: bool, size: int = PAGE) -> Iterator[Lines]:
    """Pages of at most `size` bytes. `settled`: nothing more comes, so the last line needs no end."""
    while chunk := content.at(mark.offset, size):
        page = _page(chunk, mark, settled=settled, full=len(chunk) == size)
        if page is None:
            return
        length, head, tail = fingerprint(content, page.mark.offset)
        mark = replace(page.mark, head_length=length, head=head, tail=tail)
        yield replace(page, mark=mark)


def _page(chunk: bytes, mark: Mark, *, settled: bool, full: bool) -> Lines | None:
    """The page of this chunk, None where it must wait for more."""
    if mark.unended:
        return _continued(chunk, mark)
    end = chunk.rfind(b"\n") + 1
    if mark.skipping:
        rest = chunk.find(b"\n") + 1
        return _moved(mark, rest or len(chunk), 1 if rest else 0, skipping=not rest)
    if end:
        lines = chunk[: end - 1].split(b"\n")
        return Lines(mark.line + 1, lines, _moved(mark, end, len(lines)).mark)
    if full:
        skipped = _moved(mark, len(chunk), 0, skipping=True)
        return replace(skipped, refused=f"a line longer than {len(chunk):,} bytes")
    if settled:
        moved = _moved(mark, len(chunk), 1).mark
        return Lines(mark.line + 1, [chunk], replace(moved, unended=True))
    return None


def _continued(chunk: bytes, mark: Mark) -> Lines:
    """After a line that was taken without its end: this is the end, or it was only half of it."""
    if chunk[:1] == b"\n":
        return _moved(mark, 1, 0)
    # The line was counted when it was taken.
    moved = _moved(replace(mark, line=mark.line - 1), 0, 0, skipping=True)
    return replace(moved, refused="a line that went on after it was taken for whole")


def _moved(mark: Mark, offset: int, lines: int, *, skipping: bool = False) -> Lines:
    moved = replace(
        mark,
        offset=mark.offset + offset,
        line=mark.line + lines,
        skipping=skipping,
        unended=False,
    )
    return Lines(mark.line + 1, [], moved)
