"""Columns to bytes and back: pcodec, with a checksum of its own since pcodec has none.

A flipped byte in a pcodec stream decodes to other numbers without a word, so every stored blob is
checked before it is decoded.
"""

import hashlib
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pcodec import ChunkConfig
from pcodec.standalone import simple_compress, simple_decompress_into

# Level 6 took 0.14 us a sample and 8 took 0.20 for the same size to three digits (RESULTS.md).
_CONFIG = ChunkConfig(compression_level=6)


class DamagedError(ValueError):
    """Stored bytes that are not what was written."""


def pack(column: NDArray[Any]) -> bytes:
    """The column compressed, every bit kept: pcodec treats a NaN's payload as data."""
    return bytes(simple_compress(np.ascontiguousarray(column), _CONFIG))


def unpack_into(data: bytes, out: NDArray[Any]) -> None:
    """Fill `out` from checked bytes. Raises DamagedError if they hold more or fewer numbers."""
    try:
        progress = simple_decompress_into(data, out)
    except (RuntimeError, TypeError) as error:
        raise DamagedError(str(error)) from error
    if progress.n_processed != out.size or not progress.finished:
        raise DamagedError(f"expected {out.size} numbers, found {progress.n_processed}")


def unpack(data: bytes, count: int, dtype: type[np.generic]) -> NDArray[Any]:
    out = np.empty(count, dtype)
    unpack_into(data, out)
    return out


def checksum(*parts: bytes | None) -> int:
    """CRC-32 over the parts in order."""
    crc = 0
    for part in parts:
        crc = zlib.crc32(part or b"", crc)
    return crc


def time_id(at: NDArray[np.int64]) -> int:
    """A number that names this vector of times, the same in every process."""
    return int.from_bytes(
        hashlib.blake2b(at.tobytes(), digest_size=8).digest(), "little", signed=True
    )
