"""A JSON object of somebody else's making: absent is absent, a wrong type is an error with its path."""

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from collectors.base import CollectorError


@dataclass(frozen=True, slots=True)
class JsonObject:
    """`path` names the object in messages. null and absent are the same: nothing was said."""

    fields: dict[str, Any]
    path: str

    def __contains__(self, name: str) -> bool:
        return name in self.fields

    def __iter__(self) -> Iterator[str]:
        return iter(self.fields)

    def child(self, name: str) -> "JsonObject":
        """The object under `name`, an empty one if absent."""
        return self._wrap(self.fields.get(name), f"{self.path}/{name}")

    def children(self, name: str) -> Iterator["JsonObject"]:
        """The objects of the array under `name`, none if absent."""
        found = self.fields.get(name)
        if found is None:
            return
        if not isinstance(found, list):
            raise self._unexpected(name, "an array")
        for position, item in enumerate(found):
            yield self._wrap(item, f"{self.path}/{name}[{position}]")

    def number(self, name: str) -> float | None:
        """The finite number under `name`, None if absent."""
        found = self.fields.get(name)
        if found is None:
            return None
        if isinstance(found, bool) or not isinstance(found, int | float):
            raise self._unexpected(name, "a number")
        try:
            number = float(found)
        except OverflowError:
            number = math.inf
        if not math.isfinite(number):
            raise self._unexpected(name, "a number that fits")
        return number

    def numbers(self) -> Iterator[tuple[str, float]]:
        """Every field that holds a number, by name; every other field is an error, except null."""
        for name in self.fields:
            number = self.number(name)
            if number is not None:
                yield name, number

    def text(self, name: str) -> str:
        """The string (or number, as text) under `name`, "" if absent."""
        found = self.fields.get(name)
        if found is None:
            return ""
        if isinstance(found, bool) or not isinstance(found, str | int):
            raise self._unexpected(name, "a text")
        return str(found)

    def _wrap(self, found: object, path: str) -> "JsonObject":
        if found is None:
            return JsonObject({}, path)
        if not isinstance(found, dict):
            raise CollectorError("should be an object", where=path, why=_shown(found))
        return JsonObject(found, path)

    def _unexpected(self, name: str, wanted: str) -> CollectorError:
        where = f"{self.path}/{name}"
        return CollectorError(f"should be {wanted}", where=where, why=_shown(self.fields[name]))


def parse_object(text: str | bytes, path: str) -> JsonObject:
    """Raises CollectorError unless `text` is one JSON object."""
    try:
        found = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise CollectorError("not valid JSON", where=path, why=str(error)) from error
    if not isinstance(found, dict):
        raise CollectorError("should be an object", where=path, why=_shown(found))
    return JsonObject(found, path)


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON number")


def _shown(found: object) -> str:
    return f"it is {str(found)[:40]!r}"
