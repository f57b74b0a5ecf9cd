"""What is remembered between deliveries of gen_ai events, within bounds: a process that dies forgets it."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_MOST_IDS = 10_000
_MOST_CHARACTERS = 16_777_216

Message = tuple[str, dict[str, Any]]
"""An event's name, and what it says."""


@dataclass(slots=True)
class AnswerIds:
    """The id of the answer that a span gave, for a grade that names the span alone."""

    _ids: OrderedDict[str, str] = field(default_factory=OrderedDict)

    def learn(self, found: Mapping[str, str]) -> None:
        self._ids.update(found)
        while len(self._ids) > _MOST_IDS:
            self._ids.popitem(last=False)

    def of(self, span: str) -> str:
        return self._ids.get(span, span)


@dataclass(slots=True)
class Pending:
    """Messages that came before the choice that answers them, by span; the oldest go when there are too many."""

    _messages: OrderedDict[str, list[Message]] = field(default_factory=OrderedDict)
    _sizes: dict[str, int] = field(default_factory=dict)
    _size: int = 0

    def of(self, span: str) -> list[Message]:
        return list(self._messages.get(span, ()))

    def keep(self, found: Mapping[str, list[Message]]) -> None:
        """Add these messages to those of their spans."""
        for span, messages in found.items():
            size = sum(len(str(said)) for _, said in messages)
            self._messages.setdefault(span, []).extend(messages)
            self._sizes[span] = self._sizes.get(span, 0) + size
            self._size += size
        while self._size > _MOST_CHARACTERS:
            oldest, _ = self._messages.popitem(last=False)
            self._size -= self._sizes.pop(oldest)
