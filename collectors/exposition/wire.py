"""Protobuf's wire format, read by hand (protobuf.dev/programming-guides/encoding)."""

import struct
from collections.abc import Iterator
from typing import NamedTuple

_VARINT, _DOUBLE, _BYTES, _FLOAT = 0, 1, 2, 5
_LONGEST = 10
_FIXED = {_DOUBLE: 8, _FLOAT: 4}


class Field(NamedTuple):
    """`number` as in the .proto; `value` is an int for a varint, else the bytes as they stand."""

    number: int
    value: int | bytes

    @property
    def body(self) -> bytes:
        if isinstance(self.value, bytes):
            return self.value
        raise ValueError(f"field {self.number} is a number where a text or message belongs")

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def double(self) -> float:
        if len(self.body) != _FIXED[_DOUBLE]:
            raise ValueError(f"field {self.number} is no double")
        return float(struct.unpack("<d", self.body)[0])

    @property
    def unsigned(self) -> int:
        if isinstance(self.value, int):
            return self.value
        raise ValueError(f"field {self.number} is no whole number")

    @property
    def signed(self) -> int:
        """Of int32 and int64."""
        return self.unsigned - (1 << 64) if self.unsigned >> 63 else self.unsigned

    @property
    def zigzag(self) -> int:
        """Of sint32 and sint64."""
        return (self.unsigned >> 1) ^ -(self.unsigned & 1)

    def zigzags(self) -> list[int]:
        """Of a repeated sint64, packed or not."""
        if isinstance(self.value, int):
            return [self.zigzag]
        return [Field(self.number, value).zigzag for value in _varints(self.value)]

    def doubles(self) -> list[float]:
        """Of a repeated double, packed or not."""
        if len(self.body) % _FIXED[_DOUBLE]:
            raise ValueError(f"field {self.number} is no list of doubles")
        return [float(value) for (value,) in struct.iter_unpack("<d", self.body)]


def fields(raw: bytes) -> Iterator[Field]:
    """Raises ValueError for bytes that are no message."""
    at = 0
    while at < len(raw):
        tag, at = varint(raw, at)
        kind = tag & 7
        if kind == _VARINT:
            value, at = varint(raw, at)
            yield Field(tag >> 3, value)
            continue
        if kind == _BYTES:
            size, at = varint(raw, at)
        elif kind in _FIXED:
            size = _FIXED[kind]
        else:
            raise ValueError(f"wire type {kind}")
        if at + size > len(raw):
            raise ValueError("a message that ends within a field")
        yield Field(tag >> 3, raw[at : at + size])
        at += size


def delimited(raw: bytes) -> Iterator[bytes]:
    """The messages of a stream in which each follows its own length."""
    at = 0
    while at < len(raw):
        size, at = varint(raw, at)
        if at + size > len(raw):
            raise ValueError("the page ends within a message")
        yield raw[at : at + size]
        at += size


def varint(raw: bytes, at: int) -> tuple[int, int]:
    """The number at `at`, and where it ends."""
    value = 0
    for i in range(_LONGEST):
        if at + i >= len(raw):
            raise ValueError("a message that ends within a number")
        byte = raw[at + i]
        value |= (byte & 0x7F) << (7 * i)
        if byte < 0x80:  # noqa: PLR2004 - the bit that says there is more
            return value & 0xFFFFFFFFFFFFFFFF, at + i + 1
    raise ValueError("a number of more than 64 bits")


def _varints(raw: bytes) -> Iterator[int]:
    at = 0
    while at < len(raw):
        value, at = varint(raw, at)
        yield value
