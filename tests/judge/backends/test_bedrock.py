"""No model is called: botocore's Stubber checks every request and reply against the real service model."""

import json
from collections.abc import Iterator
from typing import Any, cast

import boto3
import pytest
from botocore.client import BaseClient
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError
from botocore.stub import ANY, Stubber

from judge.backends import Asked, BackendError, PassingError, Usage
from judge.backends.bedrock import Bedrock, ConverseClient
from judge.backends.converse import Converse
from judge.prompt import Task, build_prompt
from judge.rubric import rubrics
from reinfra.model import ExitCode, VerdictStatus, random_id

MODEL = "us.amazon.nova-pro-v1:0"
RUBRIC = rubrics()["correctness"]
VERDICT = {"reason": "same author", "verdict": "correct"}
GOOD = json.dumps(VERDICT)


@pytest.fixture(scope="module")
def client() -> BaseClient:
    session = boto3.session.Session("none", "none", region_name="us-east-1")
    made: BaseClient = session.client("bedrock-runtime")
    return made


@pytest.fixture
def stub(client: BaseClient) -> Iterator[Stubber]:
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def over(stub: Stubber, **wanted: Any) -> Bedrock:  # noqa: ANN401
    return Bedrock(cast("ConverseClient", stub.client), Converse(MODEL, **wanted))


def asked() -> Asked:
    task = Task("Who wrote it?", ("Enid Blyton",), reference="Enid Blyton")
    return Asked(build_prompt(RUBRIC, task, random_id), RUBRIC)


def response(content: dict[str, Any] | str, stop: str = "end_turn") -> dict[str, Any]:
    blocks = [{"text": content} if isinstance(content, str) else content]
    return {
        "output": {"message": {"role": "assistant", "content": blocks}},
        "stopReason": stop,
        "usage": {
            "inputTokens": 310,
            "outputTokens": 21,
            "totalTokens": 331,
            "cacheReadInputTokens": 200,
        },
        "metrics": {"latencyMs": 640},
    }


def test_the_reply_is_held_to_the_rubrics_schema(stub: Stubber) -> None:
    given = asked()
    expected = {
        "modelId": MODEL,
        "system": [{"text": given.prompt.system}, {"cachePoint": {"type": "default"}}],
        "messages": [{"role": "user", "content": [{"text": given.prompt.user}]}],
        "inferenceConfig": {"maxTokens": 1_024, "temperature": 0.0},
        "outputConfig": ANY,
        "serviceTier": {"type": "flex"},
        "guardrailConfig": {"guardrailIdentifier": "gr-1", "guardrailVersion": "3"},
    }
    stub.add_response("converse", response(GOOD), expected)
    judge = over(stub, cache=True, tier="flex", guardrail="gr-1", guardrail_version="3")
    graded = judge.ask(given)
    assert (graded.reply.status, graded.reply.score) == (VerdictStatus.OK, 1.0)
    assert graded.usage == Usage(310, 21, cache_read_tokens=200, attempts=1)


def test_a_model_that_takes_no_schema_is_given_a_tool_from_then_on(stub: Stubber) -> None:
    why = "This model does not support outputConfig.textFormat"
    tool = {"toolUse": {"toolUseId": "1", "name": "give_verdict", "input": VERDICT}}
    stub.add_client_error("converse", "ValidationException", why)
    stub.add_response("converse", response(tool, "tool_use"))
    stub.add_response("converse", response(tool, "tool_use"))
    judge = over(stub)
    assert [judge.ask(asked()).reply.score for _ in range(2)] == [1.0, 1.0]
    assert judge.formats.now == "tool"


@pytest.mark.parametrize(
    ("text", "stop", "status"),
    [
        ("The answer is correct.", "end_turn", VerdictStatus.UNPARSED),
        (GOOD, "max_tokens", VerdictStatus.UNPARSED),
        (GOOD, "malformed_model_output", VerdictStatus.UNPARSED),
        (GOOD, "guardrail_intervened", VerdictStatus.FILTERED),
        ("", "content_filtered", VerdictStatus.FILTERED),
    ],
)
def test_a_reply_that_is_no_grade_has_a_status_and_still_costs(
    stub: Stubber, text: str, stop: str, status: VerdictStatus
) -> None:
    stub.add_response("converse", response(text, stop))
    graded = over(stub).ask(asked())
    assert (graded.reply.status, graded.reply.score) == (status, None)
    assert graded.usage.output_tokens == 21


def test_throttling_passes_and_says_how_long_to_rest(stub: Stubber) -> None:
    meta = {"HTTPHeaders": {"retry-after": "7"}}
    stub.add_client_error(
        "converse", "ThrottlingException", http_status_code=429, response_meta=meta
    )
    with pytest.raises(PassingError) as raised:
        over(stub).ask(asked())
    assert (raised.value.throttled, raised.value.retry_after) == (True, 7.0)


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("ModelTimeoutException", VerdictStatus.TIMEOUT),
        ("ModelErrorException", VerdictStatus.ERROR),
    ],
)
def test_a_model_that_fails_on_one_item_fails_that_item(
    stub: Stubber, code: str, status: VerdictStatus
) -> None:
    stub.add_client_error("converse", code)
    assert over(stub).ask(asked()).reply.status is status


@pytest.mark.parametrize(
    "code", ["AccessDeniedException", "ValidationException", "ResourceNotFoundException"]
)
def test_what_would_fail_for_every_item_stops_the_run(stub: Stubber, code: str) -> None:
    stub.add_client_error("converse", code, "you may not")
    with pytest.raises(BackendError, match="you may not") as raised:
        over(stub).ask(asked())
    assert raised.value.exit_code is ExitCode.FAILED
    assert MODEL in str(raised.value)


class Failing:
    """A client whose connection fails, which the Stubber cannot act."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def converse(self, **_: Any) -> Any:  # noqa: ANN401
        raise self.error

    def close(self) -> None:
        pass


@pytest.mark.parametrize(
    ("error", "raised"),
    [
        (ReadTimeoutError(endpoint_url="https://bedrock"), PassingError),
        (EndpointConnectionError(endpoint_url="https://bedrock"), BackendError),
    ],
    ids=["silent", "unreachable"],
)
def test_a_silent_server_may_answer_later_an_unreachable_one_stops_the_run(
    error: Exception, raised: type[Exception]
) -> None:
    with pytest.raises(raised):
        Bedrock(Failing(error), Converse(MODEL)).ask(asked())
