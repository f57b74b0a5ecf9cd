"""Servers that speak chat/completions and Messages, on loopback."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from typing import Any

import pytest

from benchmarks.judge.stub import VERDICT, Reply, Stub, running, usual
from judge.backends import Asked, Backend, BackendError, PassingError, Usage
from judge.backends.anthropic import Anthropic
from judge.backends.http import Server, rest_asked
from judge.backends.openai import OpenAICompatible
from judge.prompt import Task, build_prompt
from judge.rubric import rubrics
from reinfra.model import VerdictStatus, random_id

RUBRIC = rubrics()["correctness-unaided"]
KINDS = ("openai", "anthropic")


@pytest.fixture
def stub() -> Iterator[Stub]:
    with running(Stub()) as served:
        yield served


Opened = Callable[..., Backend]


@pytest.fixture
def backend() -> Iterator[Opened]:
    with ExitStack() as stack:

        def opened(stub: Stub, kind: str, timeout: float = 5.0) -> Backend:
            judge: Backend
            if kind == "anthropic":
                server = Server(f"{stub.url}/v1/messages", {"x-api-key": "k"}, timeout)
                judge = Anthropic(server, "c")
            else:
                judge = OpenAICompatible(
                    Server(f"{stub.url}/v1/chat/completions", {}, timeout), "m"
                )
            stack.callback(judge.close)
            return judge

        yield opened


def asked() -> Asked:
    return Asked(build_prompt(RUBRIC, Task("Who?", ("Me",)), random_id), RUBRIC)


@pytest.mark.parametrize("kind", KINDS)
def test_a_grade_comes_with_its_tokens(stub: Stub, backend: Opened, kind: str) -> None:
    graded = backend(stub, kind).ask(asked())
    assert (graded.reply.label, graded.usage) == ("correct", Usage(310, 21))
    assert "json_schema" in json.dumps(stub.bodies[0])


@pytest.mark.parametrize(
    ("kind", "refuses"), [("openai", "response_format"), ("anthropic", "output_config")]
)
def test_a_server_without_schemas_is_asked_in_a_looser_way_from_then_on(
    stub: Stub, backend: Opened, kind: str, refuses: str
) -> None:
    def hook(path: str, body: dict[str, Any]) -> Reply | None:
        del path
        bad = {"error": {"message": f"{refuses}: extra field"}}
        return (400, bad, {}) if "json_schema" in json.dumps(body) else None

    stub.hook = hook
    judge = backend(stub, kind)
    assert [judge.ask(asked()).reply.score for _ in range(3)] == [1.0] * 3
    assert stub.seen.total() == 4


def test_cached_tokens_are_counted_once(stub: Stub, backend: Opened) -> None:
    def hook(path: str, body: dict[str, Any]) -> Reply:
        del body
        reply = usual(path, VERDICT)
        reply["usage"]["prompt_tokens_details"] = {"cached_tokens": 300}
        return 200, reply, {}

    stub.hook = hook
    assert backend(stub, "openai").ask(asked()).usage == Usage(10, 21, cache_read_tokens=300)


RUBBISH: dict[str, Reply] = {
    "no JSON": (200, b"<html>", {}),
    "a list": (200, b"[]", {}),
    "endless": (200, b"[" * 1_200_000, {}),
    "busy": (503, {}, {"retry-after": "3"}),
    "overloaded": (529, {}, {}),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("what", RUBBISH)
def test_a_server_in_trouble_may_be_asked_again(
    stub: Stub, backend: Opened, kind: str, what: str
) -> None:
    stub.hook = lambda path, body: RUBBISH[what]  # noqa: ARG005
    with pytest.raises(PassingError) as raised:
        backend(stub, kind).ask(asked())
    assert raised.value.throttled == (what in {"busy", "overloaded"})
    assert raised.value.retry_after == (3.0 if what == "busy" else None)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("body", [b"{}", b'{"choices": [], "content": 4}', b'{"choices": [7]}'])
def test_a_reply_of_another_shape_is_unparsed(
    stub: Stub, backend: Opened, kind: str, body: bytes
) -> None:
    stub.hook = lambda path, given: (200, body, {})  # noqa: ARG005
    reply = backend(stub, kind).ask(asked()).reply
    assert (reply.status, reply.score) == (VerdictStatus.UNPARSED, None)


@pytest.mark.parametrize(
    ("kind", "stopped", "status"),
    [
        ("openai", "length", VerdictStatus.UNPARSED),
        ("openai", "content_filter", VerdictStatus.FILTERED),
        ("anthropic", "max_tokens", VerdictStatus.UNPARSED),
        ("anthropic", "refusal", VerdictStatus.REFUSED),
    ],
)
def test_a_reply_that_was_cut_is_no_grade_even_if_it_reads_as_one(
    stub: Stub, backend: Opened, kind: str, stopped: str, status: VerdictStatus
) -> None:
    stub.hook = lambda path, body: (200, usual(path, VERDICT, stopped), {})  # noqa: ARG005
    assert backend(stub, kind).ask(asked()).reply.status is status


@pytest.mark.parametrize("code", [401, 403, 404])
def test_what_would_fail_for_every_item_stops_the_run_and_shows_no_key(
    stub: Stub, code: int
) -> None:
    stub.hook = lambda path, body: (code, {"error": "no"}, {})  # noqa: ARG005
    secret = Server(f"{stub.url}/v1/messages", {"x-api-key": "sk-secret"})
    with closing(Anthropic(secret, "c")) as judge, pytest.raises(BackendError) as raised:
        judge.ask(asked())
    assert "sk-secret" not in f"{raised.value}{secret!r}"


def test_an_item_that_is_too_long_fails_alone(stub: Stub, backend: Opened) -> None:
    stub.hook = lambda path, body: (400, {"error": "context length exceeded"}, {})  # noqa: ARG005
    assert backend(stub, "openai").ask(asked()).reply.status is VerdictStatus.ERROR


def test_a_slow_server_times_out(stub: Stub, backend: Opened) -> None:
    stub.delay = 30
    with pytest.raises(PassingError) as raised:
        backend(stub, "openai", timeout=0.2).ask(asked())
    assert raised.value.status is VerdictStatus.TIMEOUT


def test_nobody_there_stops_the_run() -> None:
    nowhere = OpenAICompatible(Server("http://127.0.0.1:9/v1/chat/completions", {}), "m")
    with closing(nowhere), pytest.raises(BackendError, match="no connection"):
        nowhere.ask(asked())


@pytest.mark.parametrize(
    ("given", "seconds"),
    [("2.5", 2.5), ("-3", 0.0), ("1e9", 3_600.0), ("soon", None), ("", None), ("nan", None)],
)
def test_retry_after_is_bounded(given: str, seconds: float | None) -> None:
    assert rest_asked(given) == seconds
