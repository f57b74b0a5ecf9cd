"""Values as TOML writes them."""

import json
from collections.abc import Iterator, Mapping
from typing import Any


def value(given: object) -> str:
    """Text, numbers, truth, lists and inline tables; anything else as its text."""
    if isinstance(given, bool):
        return "true" if given else "false"
    if isinstance(given, int | float):
        return str(given)
    if isinstance(given, list | tuple):
        return "[" + ", ".join(value(one) for one in given) + "]"
    if isinstance(given, Mapping):
        return "{ " + ", ".join(f"{key(name)} = {value(one)}" for name, one in given.items()) + " }"
    return json.dumps(str(given), ensure_ascii=False).replace("\x7f", "\\u007f")


def key(name: object) -> str:
    text = str(name)
    return text if text.isascii() and text.replace("_", "").isalnum() else value(text)


def table(name: str, given: Mapping[str, Any]) -> Iterator[str]:
    """[[name]] and its keys."""
    yield f"[[{name}]]"
    for each, one in given.items():
        yield f"{key(each)} = {value(one)}"
