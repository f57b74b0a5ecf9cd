"""Recorded files, gzip-compressed or plain, never larger in memory than they are allowed to be."""

import gzip
import zlib
from pathlib import Path

from collectors.base import CollectorError

MAX_BYTES = 64 * 1024 * 1024
"""No recording in use is a tenth of it."""

_GZIP_MAGIC = b"\x1f\x8b"


def read_bytes(path: Path, limit: int = MAX_BYTES) -> bytes:
    """The content of `path`, decompressed. Raises CollectorError if unreadable or above `limit` bytes."""
    try:
        with path.open("rb") as raw:
            packed = raw.read(2) == _GZIP_MAGIC
            raw.seek(0)
            content = gzip.GzipFile(fileobj=raw).read(limit + 1) if packed else raw.read(limit + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise CollectorError("cannot be read", where=str(path), why=str(error)) from error
    if len(content) > limit:
        raise CollectorError(f"is larger than {limit:,} bytes", where=str(path))
    return content


def read_text(path: Path, limit: int = MAX_BYTES) -> str:
    """As `read_bytes`, for UTF-8 text."""
    try:
        return read_bytes(path, limit).decode()
    except UnicodeDecodeError as error:
        raise CollectorError("is not UTF-8 text", where=str(path), why=str(error)) from error
