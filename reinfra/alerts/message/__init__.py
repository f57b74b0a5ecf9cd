"""What an alert says: a subject, a mail, a document for machines, words to filter by, and chat formats."""

import json
from collections.abc import Callable
from typing import Any

from reinfra.alerts.message import alert, chat, digest
from reinfra.alerts.message.alert import SCHEMA_VERSION, SUBJECT_LIMIT
from reinfra.alerts.message.clip import clipped
from reinfra.alerts.message.context import Context, Cost, Price
from reinfra.alerts.message.facts import origin_note
from reinfra.store.digests import Digest
from reinfra.store.notice import Notice

__all__ = [
    "BODIES",
    "SCHEMA_VERSION",
    "SUBJECT_LIMIT",
    "Context",
    "Cost",
    "Price",
    "Told",
    "attributes",
    "clipped",
    "document",
    "note",
    "subject",
    "text",
    "thread",
]

Told = Notice | Digest
"""What a channel delivers: one transition of one incident, or many in a digest."""

_NOWHERE = Context()


def subject(told: Told) -> str:
    """ASCII, one line, below 100 characters."""
    return digest.subject(told) if isinstance(told, Digest) else alert.subject(told)


def text(told: Told, context: Context = _NOWHERE) -> str:
    """The mail."""
    if isinstance(told, Digest):
        return digest.text(told, context)
    return alert.text(told, context)


def document(told: Told, context: Context = _NOWHERE) -> dict[str, Any]:
    """For machines; docs/reference/alert.schema.json describes it."""
    if isinstance(told, Digest):
        return digest.document(told, context)
    return alert.document(told, context)


def attributes(told: Told) -> dict[str, str]:
    """What subscriptions filter by: lower case (but for the key), never empty."""
    return digest.attributes(told) if isinstance(told, Digest) else alert.attributes(told)


def thread(told: Told) -> str:
    """What all messages of one incident share."""
    return told.dedup_key if isinstance(told, Digest) else told.incident.name


def note(told: Told) -> str:
    """What must be said of where the numbers come from; empty for a live system."""
    return origin_note(told.origin)


def _json(make: Callable[[Told, Context], dict[str, Any]]) -> Callable[[Told, Context], str]:
    return lambda told, context: json.dumps(make(told, context), ensure_ascii=False)


BODIES: dict[str, Callable[[Told, Context], str]] = {
    "text": text,
    "json": _json(document),
    "amazon-q": _json(chat.amazon_q),
    "slack": _json(chat.slack),
}
"""Each format as a body."""
