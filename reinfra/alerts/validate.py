"""What Amazon SNS refuses, checked before it is asked: it would fail a whole batch, or drop the mail.

Limits are those of the Amazon SNS API reference (Publish, PublishBatch, MessageAttributeValue) and of the
SNS developer guide ("Message attributes": ten at most under raw delivery to SQS).
"""

import re
from dataclasses import dataclass, field

SIZE_LIMIT = 262_144  # bytes, of one message and of a whole batch
BATCH_LIMIT = 10
_SUBJECT_BELOW = 100
_ID_LIMIT = 128
_NAME_LIMIT = 256
_RAW_ATTRIBUTES = 10
_ID = re.compile(r"[A-Za-z0-9!-/:-@\[-`{-~]+")  # letters, digits, punctuation
_NAME = re.compile(r"(?!(?i:aws|amazon)\.)[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")
_REFUSED = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # by SQS, as XML is


@dataclass(frozen=True, slots=True)
class Publication:
    """One message as SNS gets it. `group` and `deduplication` are for FIFO topics, else empty."""

    subject: str
    message: str
    attributes: dict[str, str] = field(default_factory=dict)
    group: str = ""
    deduplication: str = ""

    @property
    def size(self) -> int:
        """Bytes that count: the body, and every attribute's name, type and value."""
        typed = (name + "String" + value for name, value in self.attributes.items())
        return _bytes(self.message) + sum(map(_bytes, typed))


def problems(given: Publication, *, fifo: bool = False) -> list[str]:
    """Why SNS would refuse this, a line each; empty if it would not."""
    found = [*_subject(given.subject), *_message(given.message), *_attributes(given.attributes)]
    if given.size > SIZE_LIMIT:
        found.append(f"it has {given.size} bytes with its attributes, {SIZE_LIMIT} are allowed")
    if fifo:
        found += _fifo_id("group", given.group) + _fifo_id("deduplication", given.deduplication)
    return found


def _subject(subject: str) -> list[str]:
    found = []
    if not subject:
        found.append("the subject is empty")
    elif not (subject[0].isascii() and subject[0].isprintable() and subject[0] != " "):
        found.append("the subject must begin with a letter, number or punctuation mark")
    if not subject.isascii():
        found.append("the subject is not ASCII")
    if any(not sign.isprintable() for sign in subject):
        found.append("the subject has a line break or control character")
    if len(subject) >= _SUBJECT_BELOW:
        found.append(f"the subject has {len(subject)} characters, {_SUBJECT_BELOW - 1} are allowed")
    return found


def _message(message: str) -> list[str]:
    if not message.strip():
        return ["the message is empty"]
    refused = _REFUSED.search(message)
    return [f"the message has the character {refused[0]!r}, which SQS refuses"] if refused else []


def _attributes(attributes: dict[str, str]) -> list[str]:
    found = [
        f"attribute {name[:50]!r} has no valid name" for name in attributes if not _named(name)
    ]
    found += [f"attribute {name!r} is empty" for name, value in attributes.items() if not value]
    if len(attributes) > _RAW_ATTRIBUTES:
        found.append(
            f"{len(attributes)} attributes: raw delivery to SQS drops it above {_RAW_ATTRIBUTES}"
        )
    return found


def _named(name: str) -> bool:
    return len(name) <= _NAME_LIMIT and _NAME.fullmatch(name) is not None


def _fifo_id(what: str, value: str) -> list[str]:
    if len(value) <= _ID_LIMIT and _ID.fullmatch(value):
        return []
    return [f"the {what} id {value[:50]!r} is not 1 to {_ID_LIMIT} ASCII letters, digits and marks"]


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
