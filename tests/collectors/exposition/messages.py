"""Protobuf messages as bytes, for pages that a test makes up."""

import struct


def varint(number: int) -> bytes:
    number &= (1 << 64) - 1
    out = bytearray()
    while number >> 7:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def message(field: int, body: bytes | str) -> bytes:
    raw = body.encode() if isinstance(body, str) else body
    return varint(field << 3 | 2) + varint(len(raw)) + raw


def whole(field: int, number: int) -> bytes:
    return varint(field << 3) + varint(number)


def zigzag(field: int, number: int) -> bytes:
    return whole(field, (number << 1) ^ (number >> 63))


def double(field: int, number: float) -> bytes:
    return varint(field << 3 | 1) + struct.pack("<d", number)


def delimited(body: bytes) -> bytes:
    return varint(len(body)) + body


def label(name: str, value: str) -> bytes:
    return message(1, message(1, name) + message(2, value))


def family(name: str, kind: int, *metrics: bytes) -> bytes:
    body = message(1, name) + whole(3, kind) + b"".join(message(4, one) for one in metrics)
    return delimited(body)


def span(field: int, offset: int, length: int) -> bytes:
    return message(field, zigzag(1, offset) + whole(2, length))


def native(schema: int, counts: dict[int, int], *, zero: int = 0, sum_: float = 1.0) -> bytes:
    """A Histogram message with positive buckets only, each in a span of its own."""
    body = whole(1, zero + sum(counts.values())) + double(2, sum_) + zigzag(5, schema)
    body += double(6, 2.0**-128) + whole(7, zero)
    end = before = 0
    for index, count in sorted(counts.items()):
        body += span(12, index - end, 1) + zigzag(13, count - before)
        end, before = index + 1, count
    return message(7, body)
