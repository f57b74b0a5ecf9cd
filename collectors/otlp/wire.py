"""The protobuf wire format, as far as it takes to find a message's fields without building objects.

Tags and wire types are those of protobuf.dev/programming-guides/encoding. Groups, which OTLP has none
of, are refused.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from reinfra.model import InputError

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
_FIXED = {FIXED64: 8, FIXED32: 4}
LEAST_TAG = 8
MORE, _SEVEN = 0x80, 0x7F
"""Of a varint's byte: the bit that says whether another follows, and those that count."""
_LONGEST = 10
"""Bytes of the longest varint."""

MOST_FIELDS = 2_000_000
"""Of one request. Two bytes can be a field, and each costs time."""

TOO_MANY = f"more than {MOST_FIELDS:,} fields in one request"

Span = tuple[int, int]
"""Where a value starts and ends in the request."""


class MalformedError(InputError):
    """Bytes that are no message of the expected type; sending them again is no use."""


class TooLargeError(InputError):
    """More in one request than is taken; the same in several requests may be."""


@dataclass(slots=True)
class Wire:
    """A request. `left` is how many more fields are read before it is too large."""

    data: bytes
    left: int = MOST_FIELDS

    def fields(self, start: int, end: int) -> Iterator[tuple[int, int, int]]:
        """(tag, start, end) of the value of each field in data[start:end]; of bytes, without their length.

        Raises MalformedError where a value reaches beyond `end`, TooLargeError where there are too many.
        """
        data, at = self.data, start
        while at < end:
            tag, at = (data[at], at + 1) if data[at] < MORE else varint(data, at, end)
            wire = tag & 7
            if tag < LEAST_TAG:
                raise MalformedError(f"a field of number 0 before byte {at}")
            if wire == BYTES:
                size, at = varint(data, at, end)
                after = at + size
            elif wire == VARINT:
                after = varint(data, at, end)[1]
            elif wire in _FIXED:
                after = at + _FIXED[wire]
            else:
                raise MalformedError(f"wire type {wire} before byte {at}")
            if after > end:
                raise MalformedError(f"a field at byte {at} ends beyond its message")
            self.left -= 1
            if self.left < 0:
                raise TooLargeError(TOO_MANY)
            yield tag, at, after
            at = after

    def messages(self, tag: int, start: int, end: int) -> tuple[list[int], list[int], int]:
        """Starts and ends of the fields of this one-byte tag that follow each other from `start` on.

        Also where the first other field is, or `end`. What `fields` does, for where there are thousands:
        the length of a data point takes one or two bytes.
        """
        data, at = self.data, start
        starts: list[int] = []
        ends: list[int] = []
        try:
            while at < end and data[at] == tag:
                size, at = data[at + 1], at + 2
                if size >= MORE:
                    size, at = varint(data, at - 1, end)
                starts.append(at)
                at += size
                ends.append(at)
        except IndexError as error:
            raise MalformedError("a field without its length") from error
        if at > end:
            raise MalformedError(f"a field before byte {at} ends beyond its message")
        self.left -= len(starts)
        if self.left < 0:
            raise TooLargeError(TOO_MANY)
        return starts, ends, at

    def text(self, start: int, end: int) -> str:
        try:
            return self.data[start:end].decode()
        except UnicodeDecodeError as error:
            raise MalformedError(f"text at byte {start} is not UTF-8") from error


def tag_of(number: int, wire: int) -> int:
    return number << 3 | wire


def size_of(number: int) -> int:
    """How many bytes the number takes as a varint, at least."""
    return max(1, -(-number.bit_length() // 7))


def varint(data: bytes, at: int, end: int) -> tuple[int, int]:
    """The number at `at`, and where the next byte is. Most take one or two bytes."""
    if at + 1 < end:
        first, second = data[at], data[at + 1]
        if first < MORE:
            return first, at + 1
        if second < MORE:
            return first & _SEVEN | second << 7, at + 2
    value = shift = 0
    for place in range(at, min(at + _LONGEST, end)):
        byte = data[place]
        value |= (byte & _SEVEN) << shift
        if byte < MORE:
            return value, place + 1
        shift += 7
    raise MalformedError(f"a number at byte {at} has no end")
