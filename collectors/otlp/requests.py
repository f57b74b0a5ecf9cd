"""A gen_ai span as what it says of one request: how long, how many tokens, whether it failed.

Attributes are those of semantic conventions v1.41.0 (gen-ai-spans.md), with the older names that are still
sent, and vLLM's own, which has server spans with `gen_ai.latency.*` in seconds (vllm/tracing/utils.py). Times
of failed requests are kept apart by `error.type`, as OpenTelemetry's own metrics have them.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from collectors.otlp.complaints import Complaints
from collectors.otlp.tally import FIRST_TOKENS, LATENCIES, PER_TOKEN, TOKENS, Tally, labels_of

FROM_SPANS = "gen_ai spans"
FROM_TIMES = "gen_ai spans: (duration - time to first token) / (output tokens - 1)"

_FIRST = ("gen_ai.response.time_to_first_chunk", "gen_ai.latency.time_to_first_token")
_QUEUED = ("gen_ai.latency.time_in_queue",)
_INPUT = ("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens")
_OUTPUT = ("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens")
_PARTS: dict[str, tuple[str, ...]] = {
    "cache_read": ("gen_ai.usage.cache_read.input_tokens",),
    "cache_creation": ("gen_ai.usage.cache_creation.input_tokens",),
    "reasoning": ("gen_ai.usage.reasoning.output_tokens",),
}
_REASONS = frozenset(
    {
        *("stop", "length", "content_filter", "tool_call", "tool_calls", "error"),
        *("end_turn", "max_tokens", "stop_sequence", "tool_use", "refusal"),
    }
)
_OTHER = "_OTHER"
_SERVER = 2
_ERROR = 2
"""SPAN_KIND_SERVER, STATUS_CODE_ERROR (trace.proto)."""


@dataclass(frozen=True, slots=True)
class _Names:
    """What a request's numbers are called, by who measured it."""

    duration: str
    first: str
    per_output: str
    tokens: str
    parts: str
    count: str
    errors: str
    reasons: str


_OF_CLIENT = _Names(
    duration="gen_ai.client.operation.duration",
    first="gen_ai.client.operation.time_to_first_chunk",
    per_output="gen_ai.client.operation.time_per_output_token",
    tokens="gen_ai.client.token.usage",
    parts="gen_ai.client.token.part",
    count="gen_ai.client.operation.count",
    errors="gen_ai.client.operation.errors",
    reasons="gen_ai.client.operation.finish_reasons",
)
_OF_SERVER = _Names(
    duration="gen_ai.server.request.duration",
    first="gen_ai.server.time_to_first_token",
    per_output="gen_ai.server.time_per_output_token",
    tokens="gen_ai.server.token.usage",
    parts="gen_ai.server.token.part",
    count="gen_ai.server.request.count",
    errors="gen_ai.server.request.errors",
    reasons="gen_ai.server.request.finish_reasons",
)


@dataclass(frozen=True, slots=True)
class Request:
    """One request: a span's `attributes` as plain values, when it ended (ms) and how long it took (s)."""

    attributes: Mapping[str, Any]
    labels: Mapping[str, str]
    at: int
    seconds: float
    server: bool
    error: str

    def count(self, tally: Tally, complaints: Complaints) -> None:
        """Adds everything that the request says."""
        names = _OF_SERVER if self.server else _OF_CLIENT
        labels = labels_of(self.labels, FROM_SPANS)
        failed = labels_of({**self.labels, "error.type": self.error}, FROM_SPANS)
        timed = failed if self.error else labels
        tally.count(names.count, labels, self.at)
        tally.count(names.errors, labels, self.at, float(bool(self.error)))
        tally.observe(names.duration, timed, self.at, self.seconds, LATENCIES)
        numbers = _Numbers(self.attributes, complaints)
        queued = numbers.first_of(_QUEUED)
        if queued is not None:
            tally.observe("gen_ai.server.queue.time", timed, self.at, queued, FIRST_TOKENS)
        self._count_tokens(names, numbers, tally)
        if not self.error:
            self._time_tokens(names, numbers, tally)
        for reason in _reasons(self.attributes):
            tagged = labels_of({**self.labels, "gen_ai.response.finish_reason": reason}, FROM_SPANS)
            tally.count(names.reasons, tagged, self.at)

    def _count_tokens(self, names: _Names, numbers: "_Numbers", tally: Tally) -> None:
        for kind, attributes in (("input", _INPUT), ("output", _OUTPUT)):
            tokens = numbers.first_of(attributes)
            if tokens is not None:
                tagged = labels_of({**self.labels, "gen_ai.token.type": kind}, FROM_SPANS)
                tally.observe(names.tokens, tagged, self.at, tokens, TOKENS)
        for kind, parts in _PARTS.items():
            tokens = numbers.first_of(parts)
            if tokens is not None:
                tagged = labels_of({**self.labels, "gen_ai.token.type": kind}, FROM_SPANS)
                tally.count(names.parts, tagged, self.at, tokens)

    def _time_tokens(self, names: _Names, numbers: "_Numbers", tally: Tally) -> None:
        first, tokens = numbers.first_of(_FIRST), numbers.first_of(_OUTPUT)
        if first is None:
            return
        bounds = FIRST_TOKENS if self.server else LATENCIES
        tally.observe(names.first, labels_of(self.labels, FROM_SPANS), self.at, first, bounds)
        if tokens is not None and tokens > 1 and first <= self.seconds:
            each = (self.seconds - first) / (tokens - 1)
            labels = labels_of(self.labels, FROM_TIMES)
            tally.observe(names.per_output, labels, self.at, each, PER_TOKEN)


@dataclass(frozen=True, slots=True)
class _Numbers:
    """Attributes that should be numbers of at least 0; others are complained of and count as missing."""

    attributes: Mapping[str, Any]
    complaints: Complaints

    def first_of(self, names: tuple[str, ...]) -> float | None:
        for name in names:
            found = self.attributes.get(name)
            if found is None:
                continue
            number = isinstance(found, int | float) and not isinstance(found, bool)
            if number and math.isfinite(found) and found >= 0:
                return float(found)
            self.complaints.note("a gen_ai attribute that is no number of at least 0", name)
        return None


def is_server(span: Any) -> bool:  # noqa: ANN401 - protobuf's classes have no types
    return bool(span.kind == _SERVER)


def error_of(span: Any, attributes: Mapping[str, Any]) -> str:  # noqa: ANN401
    """The class of the error that a span ended with, "" for none."""
    said = attributes.get("error.type")
    if said:
        return str(said)
    return _OTHER if span.status.code == _ERROR else ""


def _reasons(attributes: Mapping[str, Any]) -> Iterator[str]:
    found = attributes.get("gen_ai.response.finish_reasons")
    for reason in found if isinstance(found, list) else [found] if found else []:
        yield str(reason) if reason in _REASONS else _OTHER
