"""Spans and events of calls to models: counted requests, answers and grades."""

import json
import math
from typing import Any

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from collectors.otlp.intake import Intake
from collectors.otlp.signals import LOGS, TRACES, Signal
from reinfra.config.sources import OtlpSource
from reinfra.model import DERIVED_LABEL, Answer, Batch, Kind, Report
from reinfra.signals import find
from tests.collectors.otlp import building as make

ASKED = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "m",
    "gen_ai.response.model": "m-2",
}
LABELS = (
    'gen_ai.operation.name="chat",gen_ai.provider.name="openai",'
    'gen_ai.request.model="m",gen_ai.response.model="m-2"'
)


class Taken:
    """What a receiver with these settings delivers."""

    def __init__(self, **settings: Any) -> None:  # noqa: ANN401
        self.batches: list[Batch] = []
        self.reports: list[Report] = []
        self.intake = Intake.of(OtlpSource(**settings), self.deliver)

    def deliver(self, given: Batch | Report) -> dict[str, int]:
        if isinstance(given, Batch):
            self.batches.append(given)
        else:
            self.reports.append(given)
        return {}

    def take(self, signal: Signal, raw: bytes) -> Any:  # noqa: ANN401
        return self.intake.take(signal, raw).partial_success

    @property
    def answers(self) -> list[Answer]:
        return [one for report in self.reports for one in report.answers]


def chat(
    seconds: float = 2.0,
    *,
    start: int = make.AT,
    also: dict[str, Any] | None = None,
    **fields: Any,  # noqa: ANN401
) -> Span:
    """A chat's span; `also` are further attributes, None takes one away."""
    found = {**ASKED, **(also or {})}
    kept = {name: value for name, value in found.items() if value is not None}
    return make.span(start, seconds, attributes=make.attributes(kept), **fields)


def counted(taken: Taken, metric: str) -> dict[str, float]:
    """The values of one metric by the labels that are not those of every request, in the last batch."""
    batch = taken.batches[-1]
    found: dict[str, float] = {}
    for series, value in zip(batch.series.tolist(), batch.value.tolist(), strict=True):
        key = batch.keys[series]
        if key.metric == metric:
            named = [f"{n}={v}" for n, v in key.labels if n not in (*ASKED, *make.RESOURCE)]
            shown = ",".join(one for one in named if not one.startswith("reinfra."))
            found[shown] = found.get(shown, 0.0) + value
    return found


def test_requests_that_end_in_one_millisecond_are_all_counted() -> None:
    taken = Taken()
    taken.take(
        TRACES, make.traces(*[chat(0.3) for _ in range(5)], chat(3.0, start=make.AT - 2_700))
    )
    buckets = counted(taken, "gen_ai.client.operation.duration")
    assert (buckets["le=0.16"], buckets["le=0.32"], buckets["le=5.12"], buckets["le=+Inf"]) == (
        0,
        5,
        6,
        6,
    )
    assert counted(taken, "gen_ai.client.operation.duration.count") == {"": 6}
    assert counted(taken, "gen_ai.client.operation.duration.sum") == {"": pytest.approx(4.5)}
    assert counted(taken, "gen_ai.client.operation.count") == {"": 6}
    assert counted(taken, "gen_ai.client.operation.errors") == {"": 0}
    assert {key.kind for key in taken.batches[0].keys} == {Kind.PERIOD_COUNT}
    assert {key.label(DERIVED_LABEL) for key in taken.batches[0].keys} == {"gen_ai spans"}
    assert {at // 1_000 for at in taken.batches[0].at.tolist()} == {make.AT // 1_000}


def test_deliveries_of_one_second_do_not_write_over_each_other() -> None:
    taken = Taken()
    for _ in range(3):
        taken.take(TRACES, make.traces(chat()))
    instants = [set(batch.at.tolist()) for batch in taken.batches]
    assert all(len(one) == 1 for one in instants)
    assert len(set.union(*instants)) == 3


def test_every_counted_signal_is_registered() -> None:
    taken = Taken()
    usage = {f"gen_ai.usage.{kind}_tokens": 9 for kind in ("input", "output")}
    also: dict[str, Any] = {
        **usage,
        "gen_ai.response.time_to_first_chunk": 0.5,
        "gen_ai.latency.time_in_queue": 0.1,
    }
    also |= {"gen_ai.usage.cache_read.input_tokens": 3, "gen_ai.response.finish_reasons": ["stop"]}
    taken.take(TRACES, make.traces(chat(also=also), chat(also=also, kind=Span.SPAN_KIND_SERVER)))
    names = {
        key.metric.removesuffix(".sum").removesuffix(".count") for key in taken.batches[0].keys
    }
    names |= {"gen_ai.client.operation.count", "gen_ai.server.request.count"}
    names -= {"gen_ai.client.operation", "gen_ai.server.request"}
    assert {name for name in names if find(name) is None} == set()
    assert len(names) == 17


def test_a_failed_request_is_an_error_and_its_time_is_kept_apart() -> None:
    taken = Taken()
    failed = chat(9.0, also={"error.type": "timeout"})
    other = chat(9.0, status={"code": 2})
    taken.take(TRACES, make.traces(chat(), failed, other))
    assert counted(taken, "gen_ai.client.operation.errors") == {"": 2}
    assert counted(taken, "gen_ai.client.operation.count") == {"": 3}
    assert counted(taken, "gen_ai.client.operation.duration.count") == {
        "": 1,
        "error.type=timeout": 1,
        "error.type=_OTHER": 1,
    }


def test_tokens_and_their_times_are_counted() -> None:
    taken = Taken()
    also = {
        "gen_ai.usage.input_tokens": 100,
        "gen_ai.usage.output_tokens": 11,
        "gen_ai.usage.cache_read.input_tokens": 64,
        "gen_ai.response.time_to_first_chunk": 0.5,
        "gen_ai.response.finish_reasons": ["stop", "made up"],
    }
    taken.take(TRACES, make.traces(chat(2.5, also=also)))
    assert counted(taken, "gen_ai.client.token.usage.sum") == {
        "gen_ai.token.type=input": 100,
        "gen_ai.token.type=output": 11,
    }
    assert counted(taken, "gen_ai.client.token.part") == {"gen_ai.token.type=cache_read": 64}
    assert counted(taken, "gen_ai.client.operation.time_to_first_chunk.sum") == {"": 0.5}
    each = "gen_ai.client.operation.time_per_output_token.sum"
    assert counted(taken, each) == {"": pytest.approx(0.2)}
    derived = make.key(taken.batches[0], each).label(DERIVED_LABEL)
    assert derived == "gen_ai spans: (duration - time to first token) / (output tokens - 1)"
    assert counted(taken, "gen_ai.client.operation.finish_reasons") == {
        "gen_ai.response.finish_reason=stop": 1,
        "gen_ai.response.finish_reason=_OTHER": 1,
    }


def test_a_span_of_vllm_is_the_servers_view() -> None:
    taken = Taken()
    also = {
        "gen_ai.operation.name": None,
        "gen_ai.provider.name": None,
        "gen_ai.request.model": None,
        "gen_ai.usage.prompt_tokens": 7,
        "gen_ai.usage.completion_tokens": 3,
        "gen_ai.latency.time_in_queue": 0.02,
        "gen_ai.latency.time_to_first_token": 0.5,
    }
    taken.take(TRACES, make.traces(chat(1.5, also=also, kind=Span.SPAN_KIND_SERVER)))
    assert counted(taken, "gen_ai.server.request.duration.sum") == {"": 1.5}
    assert counted(taken, "gen_ai.server.queue.time.sum") == {"": 0.02}
    assert counted(taken, "gen_ai.server.time_to_first_token.sum") == {"": 0.5}
    assert counted(taken, "gen_ai.server.time_per_output_token.sum") == {"": 0.5}
    assert counted(taken, "gen_ai.server.token.usage.count") == {
        "gen_ai.token.type=input": 1,
        "gen_ai.token.type=output": 1,
    }


def test_series_are_told_apart_by_service_model_and_prompt_and_by_nothing_of_a_request() -> None:
    taken = Taken(labels={"site": "north"})
    also = {
        "gen_ai.conversation.id": "c1",
        "llm.prompt_template.version": "v7",
        "server.address": "a",
    }
    taken.take(TRACES, make.traces(chat(also=also)))
    labels = dict(make.key(taken.batches[0], "gen_ai.client.operation.count").labels)
    assert labels == {
        **ASKED,
        "service.name": "chat",
        "site": "north",
        "server.address": "a",
        "reinfra.prompt.version": "v7",
        "reinfra.origin": "live",
        DERIVED_LABEL: "gen_ai spans",
    }


def test_numbers_that_are_none_are_said_and_not_counted() -> None:
    taken = Taken()
    partial = taken.take(TRACES, make.traces(chat(also={"gen_ai.usage.input_tokens": -5})))
    assert partial.rejected_spans == 0
    assert "gen_ai.usage.input_tokens" in partial.error_message
    assert counted(taken, "gen_ai.client.token.usage.sum") == {}


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (chat(-1.0), "it ends before it starts"),
        (chat(start=0, seconds=0), "no start or end time"),
        (chat(also={"gen_ai.request.model": "m" * 2_000}), "longer than 1,024"),
    ],
)
def test_a_span_that_cannot_be_taken_is_refused(bad: Span, why: str) -> None:
    taken = Taken()
    partial = taken.take(TRACES, make.traces(bad, chat()))
    assert partial.rejected_spans == 1
    assert why in partial.error_message
    assert counted(taken, "gen_ai.client.operation.count") == {"": 1}
    assert sum(taken.reports[0].refused.values()) == 1


def test_other_spans_and_records_are_taken_and_not_kept() -> None:
    taken = Taken()
    assert not taken.take(TRACES, make.traces(make.span())).error_message
    assert not taken.take(LOGS, make.logs(make.event("app.started", {}))).error_message
    assert not taken.batches
    assert not taken.reports


INPUT = [{"role": "user", "parts": [{"type": "text", "content": "Weather in Paris?"}]}]
OUTPUT = [
    {
        "role": "assistant",
        "parts": [
            {"type": "reasoning", "content": "hm"},
            {"type": "text", "content": "Rainy."},
            {"type": "tool_call", "name": "look", "arguments": {"at": 1}},
        ],
        "finish_reason": "stop",
    }
]
MESSAGES = {"gen_ai.input.messages": INPUT, "gen_ai.output.messages": OUTPUT}
SAID = 'Rainy.\n[tool call: look {"at": 1}]'


@pytest.mark.parametrize("written", [lambda one: one, json.dumps], ids=["structured", "json"])
def test_the_messages_of_a_span_are_an_answer(written: Any) -> None:  # noqa: ANN401
    taken = Taken()
    also = {name: written(value) for name, value in MESSAGES.items()}
    also |= {"gen_ai.response.id": "r1", "prompt.version": "v2"}
    taken.take(TRACES, make.traces(chat(2.0, also=also)))
    assert [_without_score(one) for one in taken.answers] == [
        ("r1", make.AT + 2_000, "chat", "m-2", "Weather in Paris?", SAID, "v2")
    ]


def _without_score(one: Answer) -> tuple[object, ...]:
    assert math.isnan(one.score)
    return one.id, one.at, one.service, one.model, one.input, one.output, one.prompt_version


def test_each_choice_is_an_answer_of_its_own() -> None:
    taken = Taken()
    also = {**MESSAGES, "gen_ai.output.messages": [*OUTPUT, *OUTPUT]}
    taken.take(TRACES, make.traces(chat(also=also)))
    here = f"{(b't' * 16).hex()}-{(b's' * 8).hex()}"
    assert [one.id for one in taken.answers] == [here, f"{here}#1"]


def test_content_is_left_out_when_the_settings_say_so() -> None:
    taken = Taken(answers=False)
    taken.take(TRACES, make.traces(chat(also=MESSAGES)))
    taken.take(LOGS, make.logs(make.event("gen_ai.choice", {}, {"message": {"content": "x"}})))
    assert not taken.answers
    assert len(taken.batches) == 1


def test_a_conversation_keeps_who_said_what() -> None:
    taken = Taken()
    talk = [
        {"role": "user", "content": "a"},
        {"role": "assistant", "content": "b"},
        {"role": "user", "content": "c"},
    ]
    also = {
        **MESSAGES,
        "gen_ai.input.messages": talk,
        "gen_ai.system_instructions": [{"type": "text", "content": "s"}],
    }
    taken.take(TRACES, make.traces(chat(also=also)))
    assert taken.answers[0].input == "system: s\n\nuser: a\n\nassistant: b\n\nuser: c"


def test_the_event_with_all_details_is_an_answer() -> None:
    taken = Taken()
    said = {**ASKED, **MESSAGES, "gen_ai.response.id": "r1"}
    taken.take(LOGS, make.logs(make.event("gen_ai.client.inference.operation.details", said)))
    assert [_without_score(one)[:6] for one in taken.answers] == [
        ("r1", make.AT, "chat", "m-2", "Weather in Paris?", SAID)
    ]


def test_messages_of_older_events_wait_for_their_choice() -> None:
    taken = Taken()
    system = make.event("gen_ai.system.message", {}, {"content": "Be brief."})
    user = make.event("gen_ai.user.message", {}, {"content": "Joke?"})
    choice = {"index": 0, "finish_reason": "stop", "message": {"content": "No."}}
    taken.take(LOGS, make.logs(system))
    taken.take(LOGS, make.logs(user, make.event("gen_ai.choice", {}, choice)))
    taken.take(LOGS, make.logs(make.event("gen_ai.choice", {}, {**choice, "index": 1})))
    first, second = taken.answers
    assert (first.input, first.output) == ("system: Be brief.\n\nuser: Joke?", "No.")
    assert (second.input, second.id) == (first.input, f"{first.id}#1")


def test_a_message_of_a_failed_delivery_is_not_remembered_twice() -> None:
    taken = Taken()
    raw = make.logs(make.event("gen_ai.user.message", {}, {"content": "Joke?"}))
    taken.intake.logs.read(raw, 0)  # never called safe
    taken.take(LOGS, raw)
    taken.take(LOGS, make.logs(make.event("gen_ai.choice", {}, {"message": {"content": "No."}})))
    assert taken.answers[0].input == "Joke?"


def test_content_events_of_a_span_are_its_content() -> None:
    taken = Taken()
    events = [
        Span.Event(
            name="gen_ai.content.prompt", attributes=make.attributes({"gen_ai.prompt": "a?"})
        ),
        Span.Event(
            name="gen_ai.content.completion",
            attributes=make.attributes({"gen_ai.completion": "b."}),
        ),
    ]
    taken.take(TRACES, make.traces(chat(events=events)))
    assert [(one.input, one.output) for one in taken.answers] == [("a?", "b.")]


def evaluation(name: str = "Relevance", **said: Any) -> Any:  # noqa: ANN401
    named = {f"gen_ai.evaluation.score.{what}": value for what, value in said.items()}
    return make.event("gen_ai.evaluation.result", {"gen_ai.evaluation.name": name, **named})


def test_an_evaluation_is_a_grade_of_the_answer_that_its_span_gave() -> None:
    taken = Taken()
    taken.take(TRACES, make.traces(chat(also={**MESSAGES, "gen_ai.response.id": "r1"})))
    taken.take(LOGS, make.logs(evaluation(value=4.0, label="relevant")))
    grade = taken.answers[-1]
    assert (grade.id, grade.scorer, grade.score, grade.label) == (
        "r1",
        "Relevance",
        4.0,
        "relevant",
    )
    assert (grade.input, grade.output) == ("", "")


def test_a_grade_comes_after_the_answer_that_it_is_of() -> None:
    taken = Taken()
    named = make.attributes({"gen_ai.evaluation.name": "e", "gen_ai.evaluation.score.value": 1.0})
    event = Span.Event(name="gen_ai.evaluation.result", attributes=named)
    taken.take(TRACES, make.traces(chat(also=MESSAGES, events=[event])))
    answer, grade = taken.answers
    assert answer.id == grade.id
    assert answer.output == SAID
    assert grade.score == 1.0


def test_labels_and_thresholds_say_what_passed_and_a_score_alone_never() -> None:
    taken = Taken(passing_scores={"Strict": 4.5})
    taken.take(
        LOGS,
        make.logs(
            evaluation(label="Pass"),
            evaluation(label="fail", value=5.0),
            evaluation(label="relevant", value=5.0),
            evaluation(value=1.0),
            evaluation("Strict", value=4.4, label="pass"),
            evaluation("Strict", value=4.5),
        ),
    )
    assert counted(taken, "reinfra.quality.trials") == {"judge=Relevance": 2, "judge=Strict": 2}
    assert counted(taken, "reinfra.quality.successes") == {"judge=Relevance": 1, "judge=Strict": 1}


def test_an_evaluation_that_failed_is_no_trial_and_no_grade() -> None:
    taken = Taken()
    failed = evaluation(label="fail")
    failed.attributes.extend(make.attributes({"error.type": "timeout"}))
    taken.take(LOGS, make.logs(failed))
    assert counted(taken, "reinfra.quality.invalid") == {"judge=Relevance": 1}
    assert counted(taken, "reinfra.quality.trials") == {}
    assert not taken.answers
