"""The content of a file from any byte on, unpacked where it is gzip-compressed."""

import io
import zlib
from dataclasses import dataclass, field
from typing import Protocol

from collectors.files.place import Entry, FileError, Place

PACKED_PART = 256 * 1024
MAX_UNPACKED = 16 * 1024**3
"""What one compressed file may hold; it is never in memory at once."""

_GZIP = b"\x1f\x8b"
_WBITS = 31  # zlib: a gzip header and trailer


class Content(Protocol):
    def at(self, offset: int, length: int) -> bytes:
        """`length` bytes from `offset` on; fewer only where the file ends. Raises FileError."""
        ...


def open_content(place: Place, entry: Entry) -> Content:
    packed = place.read(entry, 0, len(_GZIP)) == _GZIP
    return Unpacked(place, entry) if packed else Plain(place, entry)


@dataclass(frozen=True, slots=True)
class Plain:
    """Bytes that came after the file was listed wait for the next time."""

    place: Place
    entry: Entry

    def at(self, offset: int, length: int) -> bytes:
        length = min(length, self.entry.size - offset)
        return self.place.read(self.entry, offset, length) if length > 0 else b""


@dataclass(slots=True)
class Unpacked:
    """Goes forward cheaply and back by starting again; one that ends too early simply ends there."""

    place: Place
    entry: Entry
    _ahead: bytes = field(default=b"", init=False)
    _position: int = field(default=0, init=False)  # of _ahead, unpacked
    _packed_at: int = field(default=0, init=False)
    _packed: bytes = field(default=b"", init=False)
    _stream: "zlib._Decompress | None" = field(default=None, init=False)

    def at(self, offset: int, length: int) -> bytes:
        if offset < self._position:
            self._ahead, self._position = b"", 0
            self._packed_at, self._packed, self._stream = 0, b"", None
        while self._position + len(self._ahead) < offset + length:
            skipped = min(max(offset - self._position, 0), len(self._ahead))
            self._ahead, self._position = self._ahead[skipped:], self._position + skipped
            more = self._more()
            if not more:
                break
            self._ahead += more
        start = offset - self._position
        found = self._ahead[start : start + length]
        self._ahead, self._position = self._ahead[start:], self._position + len(self._ahead[:start])
        return found

    def _more(self) -> bytes:
        """The next unpacked bytes, b"" at the end."""
        if self._position + len(self._ahead) > MAX_UNPACKED:
            what = f"unpacks to more than {MAX_UNPACKED:,} bytes"
            raise FileError(what, where=self.entry.path)
        while True:
            if self._stream is None or self._stream.eof:
                self._packed = self._stream.unused_data if self._stream else self._packed
                if not self._packed and not self._fill():
                    return b""
                self._stream = zlib.decompressobj(_WBITS)
            if not self._packed and not self._fill():
                return b""
            try:
                made = self._stream.decompress(self._packed, PACKED_PART)
            except zlib.error as error:
                raise FileError("is damaged", where=self.entry.path, why=str(error)) from error
            self._packed = self._stream.unconsumed_tail
            if made:
                return made

    def _fill(self) -> bool:
        length = min(PACKED_PART, self.entry.size - self._packed_at)
        self._packed = self.place.read(self.entry, self._packed_at, length) if length > 0 else b""
        self._packed_at += len(self._packed)
        return bool(self._packed)


class Ranged(io.RawIOBase):
    """A file that can be sought, as Parquet's reader wants it."""

    def __init__(self, content: Content, size: int) -> None:
        super().__init__()
        self._content, self._size, self._at = content, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(start + offset, 0)
        return self._at

    def read(self, size: int | None = -1) -> bytes:
        left = max(self._size - self._at, 0)
        wanted = left if size is None or size < 0 else min(size, left)
        found = self._content.at(self._at, wanted) if wanted else b""
        self._at += len(found)
        return found
