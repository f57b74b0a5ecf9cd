"""What was asked and answered, from the attributes and events that carry it.

Since v1.37 of the conventions both stand whole in `gen_ai.input.messages` and `gen_ai.output.messages`, of a
span or of the event `gen_ai.client.inference.operation.details`. Before, each message was an event of its own,
`gen_ai.user.message` and others, and each answer a `gen_ai.choice`; still before, two attributes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from collectors.otlp.messages import replies, transcript

CHOICE = "gen_ai.choice"
DETAILS = "gen_ai.client.inference.operation.details"
MESSAGES = {
    "gen_ai.system.message": "system",
    "gen_ai.user.message": "user",
    "gen_ai.assistant.message": "assistant",
    "gen_ai.tool.message": "tool",
}
CONTENT = frozenset({DETAILS, "gen_ai.content.prompt", "gen_ai.content.completion"})
"""Events whose attributes are those of the span they belong to."""

_ASKED = ("gen_ai.input.messages", "gen_ai.prompt")
_ANSWERED = ("gen_ai.output.messages", "gen_ai.completion")


@dataclass(slots=True)
class Conversation:
    """`asked` are messages as the conventions write them, `answered` texts by the number of the choice."""

    asked: list[dict[str, Any]] = field(default_factory=list)
    answered: dict[int, str] = field(default_factory=dict)
    whole: str = ""

    def attributes(self, found: Mapping[str, Any]) -> None:
        """Messages that stand whole in attributes."""
        asked = next((found[name] for name in _ASKED if found.get(name)), None)
        answered = next((found[name] for name in _ANSWERED if found.get(name)), None)
        if asked is not None:
            self.whole = transcript(found.get("gen_ai.system_instructions"), asked)
        if answered is not None:
            self.answered |= dict(enumerate(replies(answered)))

    def event(self, name: str, said: Mapping[str, Any]) -> None:
        """One message of several, or one choice; other events say nothing here."""
        if name in MESSAGES:
            self.asked.append({"role": MESSAGES[name], **said})
        elif name == CHOICE:
            message = said.get("message", said)
            index = said.get("index")
            number = index if isinstance(index, int) else len(self.answered)
            self.answered[number] = "\n".join(replies([message]))

    @property
    def question(self) -> str:
        return self.whole or transcript(None, self.asked)


def event_fields(attributes: Mapping[str, Any], body: object) -> dict[str, Any]:
    """An event's attributes and, where it is a mapping, its body, which wins."""
    return {**attributes, **body} if isinstance(body, dict) else dict(attributes)


def numbered(identity: str, choice: int) -> str:
    """The id of one choice of an answer: the first has the answer's own."""
    return f"{identity}#{choice}" if choice else identity
