"""From a request's bytes to the answer that it deserves: decoded, delivered, and only then acknowledged."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Self

from collectors.base import Deliver
from collectors.otlp.evaluations import Passing
from collectors.otlp.identity import Naming
from collectors.otlp.json_form import from_json
from collectors.otlp.logs import Logs
from collectors.otlp.metrics import Metrics
from collectors.otlp.pending import AnswerIds
from collectors.otlp.protobuf import Message
from collectors.otlp.received import Received
from collectors.otlp.resources import Resources
from collectors.otlp.signals import METRICS, TRACES, Signal
from collectors.otlp.traces import Traces
from reinfra.config.sources import OtlpSource
from reinfra.model import Report


@dataclass(slots=True)
class Intake:
    """Takes requests from any thread. One is decoded at a time, several may be delivered."""

    metrics: Metrics
    traces: Traces
    logs: Logs
    deliver: Deliver
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _numbers: "count[int]" = field(default_factory=count)

    @classmethod
    def of(cls, settings: OtlpSource, deliver: Deliver) -> Self:
        labels = settings.labels
        resources = Resources(labels, settings.resource_labels)
        naming = Naming(labels, settings.prompt_versions)
        sets = frozenset(settings.pass_labels), frozenset(settings.fail_labels)
        passing = Passing(settings.passing_scores, *sets)
        ids, content = AnswerIds(), settings.answers
        return cls(
            Metrics(resources),
            Traces(resources, naming, passing, ids, content),
            Logs(resources, naming, passing, ids, content),
            deliver,
        )

    def take(self, signal: Signal, data: bytes, *, as_json: bool = False) -> Message:
        """The response, once everything in `data` that is not refused is safe.

        Raises MalformedError, TooLargeError, and whatever ReinfraError `deliver` raises: then the client
        should send the same again.
        """
        with self._lock:
            raw = from_json(signal.request(), data).SerializeToString() if as_json else data
            received = self._read(signal, raw)
        refused = self._delivered(received)
        with self._lock:
            received.safe()
        return _response(signal, received, refused)

    def _read(self, signal: Signal, raw: bytes) -> Received:
        if signal is METRICS:
            return self.metrics.read(raw)
        return (self.traces if signal is TRACES else self.logs).read(raw, next(self._numbers))

    def _delivered(self, received: Received) -> Mapping[str, int]:
        """The report first: what it says may be said twice, while counts of a batch may not."""
        if received.report != Report():
            self.deliver(received.report)
        return self.deliver(received.batch) if len(received.batch) else {}


def _response(signal: Signal, received: Received, refused: Mapping[str, int]) -> Message:
    """Empty for full success; else how many were refused, or 0 with what should be known nevertheless.

    The store counts samples, of which a histogram's point is many: no more are said to be refused than came.
    """
    complaints = received.complaints
    for reason, number in refused.items():
        complaints.refuse(f"samples {reason}", count=number)
    response = signal.response()
    sentence = complaints.sentence(signal.things)
    if sentence:
        partial = response.partial_success
        setattr(partial, signal.rejected, min(complaints.refused.total(), received.items))
        partial.error_message = sentence
    return response
