"""Attributes as label texts, and within bounds: a client can send any number of any length."""

import base64
import json
from collections.abc import Callable, Iterable
from typing import Any

MOST = 64
"""Attributes of one series beside its resource's."""
LONGEST = 1_024
"""Characters of a name or a value."""

_KINDS: dict[str, Callable[[Any], str]] = {
    "string_value": str,
    "bool_value": lambda value: str(value).lower(),
    "int_value": str,
    "double_value": repr,
    "bytes_value": lambda value: base64.b64encode(value).decode(),
}


def plain(value: Any) -> Any:  # noqa: ANN401 - an AnyValue holds anything
    """An AnyValue as Python has it; None where it is empty, bytes in base64."""
    kind = value.WhichOneof("value")
    match kind:
        case None | "string_value_strindex":  # the latter is of the profiling signal alone
            return None
        case "array_value":
            return [plain(one) for one in value.array_value.values]
        case "kvlist_value":
            return {one.key: plain(one.value) for one in value.kvlist_value.values}
        case "bytes_value":
            return base64.b64encode(value.bytes_value).decode()
    return getattr(value, kind)


def text(value: Any) -> str:  # noqa: ANN401
    """An AnyValue as a label has it: true, 1.5, a list with commas, a mapping as JSON, "" where empty."""
    kind = value.WhichOneof("value")
    if kind in _KINDS:
        return _KINDS[kind](getattr(value, kind))
    found = plain(value)
    if isinstance(found, list):
        return ",".join(text(one) for one in value.array_value.values)
    return "" if found is None else json.dumps(found, ensure_ascii=False, sort_keys=True)


def texts(attributes: Iterable[Any]) -> dict[str, str]:
    """KeyValues by their key; of a key that comes twice the last one is kept."""
    return {one.key: text(one.value) for one in attributes}


def fault(labels: dict[str, str]) -> str:
    """Why these cannot be labels; "" where they can."""
    if len(labels) > MOST:
        return f"more than {MOST} attributes"
    for name, value in labels.items():
        if len(name) > LONGEST or len(value) > LONGEST:
            return f"an attribute longer than {LONGEST:,} characters"
        if not name or "\0" in name or "\0" in value:
            return "an attribute without a name, or with a NUL character"
    return ""
