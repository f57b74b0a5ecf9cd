"""A page's bytes, unpacked and counted while they come in, so that no page is larger than it may be."""

import zlib
from dataclasses import dataclass, field

from collectors.base import CollectorError

_GZIP = 31  # zlib's number for the gzip format


@dataclass(slots=True)
class Body:
    """`take` each part as it comes, then `whole`. Both raise CollectorError."""

    encoding: str
    most: int
    _parts: list[bytes] = field(default_factory=list)
    _size: int = 0
    _received: int = 0
    _unpack: "zlib._Decompress | None" = None

    def __post_init__(self) -> None:
        if self.encoding not in ("", "identity", "gzip", "x-gzip"):
            raise CollectorError(f"content encoding {self.encoding[:40]!a} was not asked for")

    def take(self, part: bytes) -> None:
        self._received += len(part)
        if self._received > self.most:
            self._refuse()
        if self.encoding in ("gzip", "x-gzip"):
            self._gunzip(part)
        else:
            self._keep(part)

    def whole(self) -> bytes:
        if self._unpack is not None and not self._unpack.eof:
            raise CollectorError("the gzip stream ends too early")
        return b"".join(self._parts)

    def _gunzip(self, part: bytes) -> None:
        """Members may follow each other, as in any gzip file."""
        while part:
            if self._unpack is None or self._unpack.eof:
                self._unpack = zlib.decompressobj(_GZIP)
            try:
                self._keep(self._unpack.decompress(part, self.most - self._size + 1))
            except zlib.error as error:
                raise CollectorError("not the gzip that it says it is", why=str(error)) from error
            part = self._unpack.unconsumed_tail or self._unpack.unused_data

    def _keep(self, part: bytes) -> None:
        self._size += len(part)
        self._parts.append(part)
        if self._size > self.most:
            self._refuse()

    def _refuse(self) -> None:
        raise CollectorError(f"the page is larger than max_bytes ({self.most:,})")
