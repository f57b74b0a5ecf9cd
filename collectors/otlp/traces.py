"""Trace requests: gen_ai spans as counted requests, answers and grades. Other spans are taken and not kept."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from opentelemetry.proto.trace.v1.trace_pb2 import Span

from collectors.otlp.attributes import plain
from collectors.otlp.conversation import CONTENT, Conversation
from collectors.otlp.envelope import groups
from collectors.otlp.evaluations import EVENT, Evaluation, Passing
from collectors.otlp.gathered import MOST_BYTES, Gathered
from collectors.otlp.identity import Naming, is_request, label_fault, span_id
from collectors.otlp.odd_numbers import decoded
from collectors.otlp.pending import AnswerIds
from collectors.otlp.points import NANOSECONDS
from collectors.otlp.received import Received
from collectors.otlp.requests import Request, error_of, is_server
from collectors.otlp.resources import Resources
from collectors.otlp.wire import Wire


@dataclass(slots=True)
class Traces:
    """Reads trace requests. Not for two threads at once."""

    resources: Resources
    naming: Naming
    passing: Passing
    ids: AnswerIds
    content: bool = True

    def read(self, data: bytes, number: int) -> Received:
        """`number` is that of the delivery. Raises MalformedError, TooLargeError."""
        gathered = Gathered(self.naming, self.passing)
        wire = Wire(data)
        for resource, spans in groups(wire):
            described = self.resources.describe(resource)
            gathered.resource = described.labels
            gathered.items += len(spans)
            for start, end in spans:
                self._span(data[start:end], described.fault, gathered)
        batch = gathered.tally.batch(number)
        safe = partial(self.ids.learn, gathered.ids)
        return Received(batch, gathered.report(), gathered.complaints, gathered.items, safe)

    def _span(self, raw: bytes, fault: str, gathered: Gathered) -> None:
        if len(raw) > MOST_BYTES:
            gathered.complaints.refuse(f"a span larger than {MOST_BYTES:,} bytes")
            return
        span = decoded(Span, raw)
        attributes = {one.key: plain(one.value) for one in span.attributes}
        if not is_request(attributes):
            return
        labels = gathered.labels(attributes)
        error = error_of(span, attributes)
        if why := fault or _fault(span) or label_fault({**labels, "error.type": error or "none"}):
            gathered.complaints.refuse(why, span.name)
            return
        at = span.end_time_unix_nano // NANOSECONDS
        seconds = (span.end_time_unix_nano - span.start_time_unix_nano) / 1e9
        request = Request(attributes, labels, at, seconds, is_server(span), error)
        request.count(gathered.tally, gathered.complaints)
        self._events(span, attributes, gathered)

    def _events(
        self,
        span: Any,  # noqa: ANN401 - protobuf's classes have no types
        attributes: dict[str, Any],
        gathered: Gathered,
    ) -> None:
        here = span_id(span)
        identity = str(attributes.get("gen_ai.response.id") or here)
        at = span.end_time_unix_nano // NANOSECONDS
        talk = Conversation()
        for event in span.events:
            said = {one.key: plain(one.value) for one in event.attributes}
            if event.name == EVENT:
                then = event.time_unix_nano // NANOSECONDS or at
                found = Evaluation.of(said, identity, then)
                gathered.evaluate(found, {**attributes, **said})
            elif event.name in CONTENT:
                attributes |= said
            else:
                talk.event(event.name, said)
        talk.attributes(attributes)
        if self.content and identity and talk.answered:
            gathered.answer(identity, at, attributes, talk)
            if here:
                gathered.ids[here] = identity


def _fault(span: Any) -> str:  # noqa: ANN401
    if not span.end_time_unix_nano or not span.start_time_unix_nano:
        return "no start or end time"
    return "it ends before it starts" if span.end_time_unix_nano < span.start_time_unix_nano else ""
