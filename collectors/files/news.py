"""Which files hold something new, and where each is read on: also one that was renamed or rotated."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from collectors.files.content import Content, open_content
from collectors.files.marks import Mark, Marks
from collectors.files.place import Entry, FileError, Place


@dataclass(frozen=True, slots=True)
class Listed:
    """A file and where it lies."""

    entry: Entry
    place: Place


@dataclass(frozen=True, slots=True)
class News:
    """A file to read from `mark` on; `error` is why it cannot be."""

    entry: Entry
    content: Content | None
    mark: Mark
    error: FileError | None = None


def news(listed: Sequence[Listed], marks: dict[str, Mark]) -> Iterator[News]:
    """The files with something new, the least recently changed first.

    A file that does not begin with what was read of it is another file of that name, and is read from
    its start. Where what was read is found under a name that has no mark, it was renamed or copied
    away (log rotation): that one goes on, and nothing is read twice. Its mark moves in `marks` before
    anything is read, so that no page is stored without it.
    """
    changed = [one for one in listed if not _finished(marks.get(one.entry.path), one.entry)]
    looked = {one.entry.path: _own(one, marks) for one in changed}
    _move(changed, looked, marks, {one.entry.path for one in listed})
    for one in sorted(changed, key=_age):
        own = looked[one.entry.path]
        if isinstance(own, FileError):
            yield News(one.entry, None, Mark(), own)
        else:
            yield _opened(one, own)


def kept(marks: Marks, listed: Sequence[Listed], most: int) -> dict[str, Mark]:
    """The marks of what is there, and of as many vanished files as there is room for."""
    there = {one.entry.path for one in listed}
    gone = [path for path in marks if path not in there]
    dropped = set(gone[: max(len(marks) - most, 0)])
    return {path: mark for path, mark in marks.items() if path not in dropped}


def _age(one: Listed) -> tuple[int, str]:
    return one.entry.modified, one.entry.path


def _finished(mark: Mark | None, entry: Entry) -> bool:
    return mark is not None and mark.done and mark.version == entry.version


def _own(one: Listed, marks: Marks) -> Mark | FileError:
    """The file's mark where that fits, an empty one where it is another file than before."""
    mark = marks.get(one.entry.path, Mark())
    try:
        content = open_content(one.place, one.entry)
        return mark if _fits(mark, one.entry, content) else Mark()
    except FileError as error:
        return error


def _move(
    changed: Sequence[Listed],
    looked: dict[str, Mark | FileError],
    marks: dict[str, Mark],
    listed: set[str],
) -> None:
    """Give the marks of files that are gone from their names to the new names that they fit."""
    new = [one for one in changed if looked[one.entry.path] == Mark()]
    there = listed - {one.entry.path for one in new}
    orphans = {path: mark for path, mark in marks.items() if path not in there}
    found: dict[str, Mark] = {}
    for one in new:
        try:
            content = open_content(one.place, one.entry)
            fitting = (path for path, mark in orphans.items() if _fits(mark, one.entry, content))
            before = next(fitting, None)
        except FileError as error:
            looked[one.entry.path] = error
            continue
        if before is not None:
            looked[one.entry.path] = found[one.entry.path] = orphans.pop(before)
            del marks[before]
    marks |= found


def _opened(one: Listed, own: Mark) -> News:
    try:
        return News(one.entry, open_content(one.place, one.entry), own)
    except FileError as error:
        return News(one.entry, None, own, error)


def _fits(mark: Mark, entry: Entry, content: Content) -> bool:
    if mark.version == entry.version:
        return True
    return mark.offset > 0 and mark.head_length > 0 and mark.known_in(content)
