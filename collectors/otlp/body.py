"""A request's body, within bounds before and after decompression."""

import zlib

from collectors.otlp.wire import MalformedError, TooLargeError

ENCODINGS = frozenset({"", "identity", "none", "gzip"})
_GZIP = 16 + zlib.MAX_WBITS
"""Expect gzip's header and trailer (zlib manual, inflateInit2)."""


def inflated(raw: bytes, encoding: str, most: int) -> bytes:
    """The body as it was before `encoding`. Raises TooLargeError before it holds more than `most` bytes.

    A gzip file may be several, one after the other (RFC 1952, section 2.2).
    """
    if encoding != "gzip":
        return raw
    parts: list[bytes] = []
    left = most
    while True:
        inflater = zlib.decompressobj(_GZIP)
        try:
            part = inflater.decompress(raw, left + 1)
        except zlib.error as error:
            raise MalformedError("not gzip", why=str(error)) from error
        left -= len(part)
        if left < 0:
            raise TooLargeError(f"more than {most:,} bytes after decompression")
        if not inflater.eof:
            raise MalformedError("the gzip stream is cut off")
        parts.append(part)
        raw = inflater.unused_data
        if not raw:
            return b"".join(parts)
