"""Log requests: gen_ai events as answers and grades. Other records are taken and not kept.

Messages and the choice that answers them are events of one span that may come in several deliveries, so what
is still unanswered is remembered; after a restart the answer comes without its question.
"""

from dataclasses import dataclass, field
from typing import Any

from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord

from collectors.otlp.attributes import plain
from collectors.otlp.conversation import CHOICE, DETAILS, MESSAGES, Conversation, event_fields
from collectors.otlp.envelope import groups
from collectors.otlp.evaluations import EVENT, Evaluation, Passing
from collectors.otlp.gathered import MOST_BYTES, Gathered
from collectors.otlp.identity import Naming, span_id
from collectors.otlp.odd_numbers import decoded
from collectors.otlp.pending import AnswerIds, Message, Pending
from collectors.otlp.points import NANOSECONDS, NO_TIME
from collectors.otlp.received import Received
from collectors.otlp.resources import Resources
from collectors.otlp.wire import Wire

_OURS = frozenset({EVENT, DETAILS, CHOICE, *MESSAGES})


@dataclass(frozen=True, slots=True)
class _Event:
    name: str
    said: dict[str, Any]
    span: str
    at: int


@dataclass(slots=True)
class Logs:
    """Reads log requests. Not for two threads at once."""

    resources: Resources
    naming: Naming
    passing: Passing
    ids: AnswerIds
    content: bool = True
    _pending: Pending = field(default_factory=Pending)

    def read(self, data: bytes, number: int) -> Received:
        """`number` is that of the delivery. Raises MalformedError, TooLargeError."""
        gathered = Gathered(self.naming, self.passing)
        asked: dict[str, list[Message]] = {}
        wire = Wire(data)
        for resource, records in groups(wire):
            described = self.resources.describe(resource)
            gathered.resource = described.labels
            gathered.items += len(records)
            for start, end in records:
                event = _event(data[start:end], described.fault, gathered)
                if event is not None:
                    self._take(event, asked, gathered)

        def safe() -> None:
            self.ids.learn(gathered.ids)
            self._pending.keep(asked)

        batch = gathered.tally.batch(number)
        return Received(batch, gathered.report(), gathered.complaints, gathered.items, safe)

    def _take(self, event: _Event, asked: dict[str, list[Message]], gathered: Gathered) -> None:
        if event.name == EVENT:
            found = Evaluation.of(event.said, self.ids.of(event.span), event.at)
            gathered.evaluate(found, event.said)
        elif not self.content:
            return
        elif event.name in MESSAGES:
            if event.span:
                asked.setdefault(event.span, []).append((event.name, event.said))
        else:
            self._answer(event, asked.get(event.span, []), gathered)

    def _answer(self, event: _Event, asked: list[Message], gathered: Gathered) -> None:
        identity = str(event.said.get("gen_ai.response.id") or event.span)
        if not identity:
            gathered.complaints.note("an answer without a response id or a span", event.name)
            return
        talk = Conversation()
        for name, said in [*self._pending.of(event.span), *asked]:
            talk.event(name, said)
        talk.event(event.name, event.said)
        talk.attributes(event.said)
        gathered.answer(identity, event.at, event.said, talk)
        if event.span:
            gathered.ids[event.span] = identity


def _event(raw: bytes, fault: str, gathered: Gathered) -> _Event | None:
    """The record as one of the events that are read here; None for another, or a refused one."""
    if len(raw) > MOST_BYTES:
        gathered.complaints.refuse(f"a log record larger than {MOST_BYTES:,} bytes")
        return None
    record = decoded(LogRecord, raw)
    attributes = {one.key: plain(one.value) for one in record.attributes}
    name = record.event_name or str(attributes.get("event.name") or "")
    if name not in _OURS:
        return None
    at = (record.time_unix_nano or record.observed_time_unix_nano) // NANOSECONDS
    if why := fault or ("" if at else NO_TIME):
        gathered.complaints.refuse(why, name)
        return None
    said = event_fields(attributes, plain(record.body))
    return _Event(name, said, span_id(record), at)
