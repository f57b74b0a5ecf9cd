"""Files on a local disk, by glob pattern."""

import glob
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass

from collectors.files.place import Entry, FileError


@dataclass(frozen=True, slots=True)
class Disk:
    """Regular files only: a pipe or a device could be waited for without end."""

    pattern: str

    def close(self) -> None:
        """Nothing is held open."""

    def entries(self) -> Iterator[Entry]:
        for path in glob.iglob(os.path.expanduser(self.pattern), recursive=True):  # noqa: PTH111, PTH207
            try:
                found = os.stat(path)  # noqa: PTH116 - one call per file of many
            except FileNotFoundError:
                continue  # between the listing and now
            except OSError:
                yield Entry(path, 0, 0, "")  # reading it will say why
                continue
            if stat.S_ISREG(found.st_mode):
                yield Entry(path, found.st_size, found.st_mtime_ns // 1_000_000, _version(found))

    def read(self, entry: Entry, offset: int, length: int) -> bytes:
        try:
            descriptor = os.open(entry.path, os.O_RDONLY | os.O_NONBLOCK)
            with os.fdopen(descriptor, "rb") as file:
                if _inode(os.fstat(descriptor)) != entry.version.partition(" ")[0]:
                    raise FileError("was replaced while it was read", where=entry.path)
                file.seek(offset)
                return file.read(length)
        except OSError as error:
            why = error.strerror or str(error)
            raise FileError("cannot be read", where=entry.path, why=why) from error


def _inode(found: os.stat_result) -> str:
    return f"{found.st_dev:x}:{found.st_ino:x}"


def _version(found: os.stat_result) -> str:
    return f"{_inode(found)} {found.st_mtime_ns:x}:{found.st_size:x}"
