"""What Amazon SNS refuses, checked before it is asked: it would fail a whole batch, or drop the mail.

Limits are those of the Amazon SNS API reference (Publish, PublishBatch, MessageAttributeValue) and of the
SNS developer guide ("Message attributes": ten at most under raw delivery to SQS).
"""

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

SIZE_LIMIT = 262_144  # bytes, of one message and of a whole batch
BATCH_LIMIT = 10
_SUBJECT_BELOW = 100
_ID_LIMIT = 128
_ENTRY_ID = re.compile(r"[A-Za-z0-9_-]{1,80}")
_TYPE = re.compile(r"(String|Number|Binary)(\.[A-Za-z0-9_.-]+)?")
_TYPE_LIMIT = 256
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
    types: dict[str, str] = field(default_factory=dict)
    """Of attributes that are no String."""

    @property
    def size(self) -> int:
        """Bytes that count: the body, and every attribute's name, type and value."""
        typed = (name + self.type_of(name) + value for name, value in self.attributes.items())
        return _bytes(self.message) + sum(map(_bytes, typed))

    def type_of(self, name: str) -> str:
        return self.types.get(name, "String")


def problems(given: Publication, *, fifo: bool = False) -> list[str]:
    """Why SNS would refuse this, a line each; empty if it would not."""
    found = [*_subject(given.subject), *_message(given.message), *_attributes(given)]
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


def batch_problems(batch: Sequence[tuple[str, Publication]]) -> list[str]:
    """Why SNS would refuse these as one batch, whatever is in each; the texts are their ids in it."""
    found = []
    if not 1 <= len(batch) <= BATCH_LIMIT:
        found.append(f"{len(batch)} messages in a batch, 1 to {BATCH_LIMIT} are allowed")
    ids = [id_ for id_, _ in batch]
    found += [f"{id_[:50]!r} is no id of a message" for id_ in ids if not _ENTRY_ID.fullmatch(id_)]
    if len(set(ids)) < len(ids):
        found.append("two messages of a batch have the same id")
    if (size := sum(one.size for _, one in batch)) > SIZE_LIMIT:
        found.append(f"the batch has {size} bytes, {SIZE_LIMIT} are allowed")
    return found


def _attributes(given: Publication) -> list[str]:
    named = given.attributes
    found = [f"attribute {name[:50]!r} has no valid name" for name in named if not _named(name)]
    for name, value in named.items():
        if not value:
            found.append(f"attribute {name!r} is empty")
        elif _REFUSED.search(value):
            found.append(f"attribute {name!r} has a character that SQS refuses")
        found += _typed(name, given.type_of(name), value)
    if len(named) > _RAW_ATTRIBUTES:
        found.append(
            f"{len(named)} attributes: raw delivery to SQS drops it above {_RAW_ATTRIBUTES}"
        )
    return found


def _typed(name: str, type_: str, value: str) -> list[str]:
    if len(type_) > _TYPE_LIMIT or not _TYPE.fullmatch(type_):
        return [f"attribute {name!r} is of no type that SNS knows: {type_[:50]!r}"]
    if type_.startswith("Number") and not _is_number(value):
        return [f"attribute {name!r} is no number"]
    if type_ == "String.Array" and not _is_array(value):
        return [f"attribute {name!r} is no JSON list of strings, numbers, true, false and null"]
    return []


def _is_number(value: str) -> bool:
    try:
        return math.isfinite(float(value))
    except ValueError:
        return False


def _is_array(value: str) -> bool:
    try:
        found = json.loads(value)
    except ValueError:
        return False
    return isinstance(found, list) and all(not isinstance(one, list | dict) for one in found)


def _named(name: str) -> bool:
    return len(name) <= _NAME_LIMIT and _NAME.fullmatch(name) is not None


def _fifo_id(what: str, value: str) -> list[str]:
    if len(value) <= _ID_LIMIT and _ID.fullmatch(value):
        return []
    return [f"the {what} id {value[:50]!r} is not 1 to {_ID_LIMIT} ASCII letters, digits and marks"]


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
