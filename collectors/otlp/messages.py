"""Chat messages as one text, for a judge to read.

In the forms of gen-ai-input-messages.json and its siblings (semantic conventions v1.41.0: role and parts), and
of older instrumentations and APIs (role and content). Structured, or as a JSON string.
"""

import json
from typing import Any

_HIDDEN = frozenset({"reasoning", "thinking"})
"""What a model thought is no part of what it answered."""


def transcript(instructions: object, messages: object) -> str:
    """What the model was asked: the one message, or several with the roles of who said them."""
    system = texts(_parsed(instructions))
    said = [("system", text) for text in [_joined(system)] if text]
    said += [(role, text) for role, text in map(_message, _list(_parsed(messages))) if text]
    if len(said) == 1:
        return said[0][1]
    return "\n\n".join(f"{role}: {text}" for role, text in said)


def replies(messages: object) -> list[str]:
    """What the model answered: one text for each choice."""
    return [_message(one)[1] for one in _list(_parsed(messages))]


def texts(parts: object) -> list[str]:
    return [text for text in map(_part, _list(parts)) if text]


def _message(message: object) -> tuple[str, str]:
    """Role and text."""
    if not isinstance(message, dict):
        return "user", _part(message)
    parts = message.get("parts", message.get("content"))
    said = texts(_parsed(parts) if not isinstance(parts, str) else parts)
    called = [_call(one) for one in _list(message.get("tool_calls"))]
    return str(message.get("role") or "user"), _joined([*said, *called])


def _part(part: object) -> str:
    """A part's text; what is no text is named in brackets, so that a judge knows it was there."""
    if not isinstance(part, dict):
        return "" if part is None else str(part)
    kind = str(part.get("type") or "text")
    if kind in _HIDDEN:
        return ""
    if kind == "text":
        return str(part.get("content") or part.get("text") or "")
    if kind == "tool_call":
        return _call(part)
    if kind == "tool_call_response":
        return f"[tool result: {_shown(part.get('response', part.get('result')))}]"
    return f"[{part.get('modality') or kind}]"


def _call(call: object) -> str:
    if not isinstance(call, dict):
        return f"[tool call: {_shown(call)}]"
    function = call.get("function")
    named = function if isinstance(function, dict) else call
    return f"[tool call: {named.get('name', '')} {_shown(named.get('arguments'))}]"


def _shown(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _joined(parts: list[str]) -> str:
    return "\n".join(part for part in parts if part)


def _list(value: object) -> list[Any]:
    if value is None or value == "":
        return []
    return value if isinstance(value, list) else [value]


def _parsed(value: object) -> object:
    """A JSON string as what it says, any other text as it is."""
    if not isinstance(value, str) or value[:1] not in ("[", "{"):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value
