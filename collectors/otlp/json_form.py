"""OTLP/JSON as the protobuf message it stands for.

Protobuf's JSON mapping with OTLP's deviations (specification, "JSON Protobuf Encoding"): ids are hex, enums are
integers, keys are lowerCamelCase and nothing else, unknown keys are ignored. 64-bit integers may be numbers
or decimal strings.
"""

import base64
import binascii
import json
import math
import re
from collections.abc import Callable
from typing import Any

from collectors.otlp.protobuf import FieldDescriptor, Message
from collectors.otlp.wire import MalformedError, TooLargeError

MOST_BYTES = 16 * 1024 * 1024
"""As Python objects, JSON takes up to twenty times its size."""
_DEEPEST = 90
_IDS = frozenset({"trace_id", "span_id", "parent_span_id"})
_WORDS = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
_SHOWN = 40
_DECIMAL = re.compile("-?[0-9]{1,20}")


def from_json(message: Message, raw: bytes) -> Message:
    """An empty `message`, filled. Raises MalformedError naming the place, TooLargeError."""
    if len(raw) > MOST_BYTES:
        raise TooLargeError(f"JSON of more than {MOST_BYTES:,} bytes")
    try:
        found = json.loads(raw, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise MalformedError("not valid JSON", why=str(error)[:200]) from error
    _fill(message, found, "", 0)
    return message


def _fill(message: Message, found: object, path: str, depth: int) -> None:
    if not isinstance(found, dict):
        raise _wrong(path, "an object", found)
    if depth > _DEEPEST:
        raise MalformedError(f"nested deeper than {_DEEPEST}", where=path[:_SHOWN])
    fields = message.DESCRIPTOR.fields_by_camelcase_name
    for name, value in found.items():
        field = fields.get(name)  # which also knows original names
        if field is not None and field.camelcase_name == name and value is not None:
            _set(message, field, value, f"{path}/{name}", depth)


def _set(message: Message, field: Any, value: object, path: str, depth: int) -> None:  # noqa: ANN401
    if field.message_type is not None and field.is_repeated:
        for place, one in enumerate(_listed(value, path)):
            _fill(getattr(message, field.name).add(), one, f"{path}[{place}]", depth + 1)
    elif field.message_type is not None:
        inner = getattr(message, field.name)
        inner.SetInParent()
        _fill(inner, value, path, depth + 1)
    elif field.is_repeated:
        values = [_scalar(field, one, path) for one in _listed(value, path)]
        _assign(getattr(message, field.name).extend, values, path)
    else:
        scalar = _scalar(field, value, path)
        _assign(lambda one: setattr(message, field.name, one), scalar, path)


def _assign(put: Callable[[Any], None], value: object, path: str) -> None:
    """Protobuf itself knows the ranges, and what is valid text."""
    try:
        put(value)
    except (ValueError, TypeError) as error:
        raise MalformedError("a value out of range", where=path, why=str(error)[:200]) from error


def _scalar(field: Any, value: object, path: str) -> object:  # noqa: ANN401
    kind = field.cpp_type
    if kind == FieldDescriptor.CPPTYPE_STRING:
        if not isinstance(value, str):
            raise _wrong(path, "a string", value)
        return _bytes(field, value, path) if field.type == FieldDescriptor.TYPE_BYTES else value
    if kind == FieldDescriptor.CPPTYPE_BOOL:
        if not isinstance(value, bool):
            raise _wrong(path, "true or false", value)
        return value
    if kind in (FieldDescriptor.CPPTYPE_DOUBLE, FieldDescriptor.CPPTYPE_FLOAT):
        return _number(value, path)
    if kind == FieldDescriptor.CPPTYPE_ENUM and not isinstance(value, int):
        raise _wrong(path, "an integer", value)
    return _integer(value, path)


def _bytes(field: Any, value: str, path: str) -> bytes:  # noqa: ANN401
    try:
        if field.name in _IDS:
            return bytes.fromhex(value)
        return base64.b64decode(value, validate=True)
    except (ValueError, binascii.Error) as error:
        wanted = "hex digits" if field.name in _IDS else "base64"
        raise _wrong(path, wanted, value) from error


def _number(value: object, path: str) -> float:
    if isinstance(value, str) and value in _WORDS:
        return _WORDS[value]
    try:
        if isinstance(value, int | float | str) and not isinstance(value, bool):
            return float(value)
    except (ValueError, OverflowError):
        pass
    raise _wrong(path, "a number", value)


def _integer(value: object, path: str) -> int:
    try:
        if isinstance(value, str) and _DECIMAL.fullmatch(value):
            return int(value)
        if isinstance(value, int | float) and not isinstance(value, bool) and value == int(value):
            return int(value)
    except (ValueError, OverflowError):
        pass
    raise _wrong(path, "an integer", value)


def _listed(value: object, path: str) -> list[object]:
    if not isinstance(value, list):
        raise _wrong(path, "an array", value)
    return value


def _wrong(path: str, wanted: str, found: object) -> MalformedError:
    return MalformedError(
        f"should be {wanted}", where=path or "/", why=f"it is {found!r:.{_SHOWN}}"
    )


def _refuse(name: str) -> float:
    raise ValueError(f"{name} is no JSON number")
