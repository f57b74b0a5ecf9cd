"""OTLP/JSON as protobuf's own printer would write it, but for ids and enums."""

import base64
from typing import Any

from google.protobuf.json_format import MessageToDict  # type: ignore[import-untyped]

from collectors.otlp.protobuf import Message


def as_otlp(message: Message) -> dict[str, Any]:
    """Protobuf's JSON, with ids in hex and enums as integers."""

    def hexed(one: Any) -> Any:  # noqa: ANN401
        if isinstance(one, list):
            return [hexed(each) for each in one]
        if isinstance(one, dict):
            return {name: _hex(name, value) or hexed(value) for name, value in one.items()}
        return one

    found: dict[str, Any] = hexed(MessageToDict(message, use_integers_for_enums=True))
    return found


def _hex(name: str, value: object) -> str:
    ids = ("traceId", "spanId", "parentSpanId")
    return base64.b64decode(value).hex() if name in ids and isinstance(value, str) else ""
