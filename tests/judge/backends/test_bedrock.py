"""No model is called: botocore's Stubber checks every request and reply against the real service model."""

import json
from collections.abc import Iterator
from typing import Any, cast

import boto3
import pytest
import stamina
from botocore.client import BaseClient
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError
from botocore.stub import ANY, Stubber

from judge.backends import BackendError, Usage
from judge.backends.bedrock import Bedrock, ConverseClient
from judge.prompt import Prompt, Task, build_prompt
from judge.rubric import rubrics
from reinfra.model import ExitCode, VerdictStatus, random_id

MODEL = "us.amazon.nova-pro-v1:0"
RUBRIC = rubrics()["correctness"]
GOOD = json.dumps({"reason": "same author", "verdict": "correct"})


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    with stamina.set_testing(testing=True, attempts=3):
        yield


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


def over(stub: Stubber) -> Bedrock:
    return Bedrock(cast("ConverseClient", stub.client), MODEL)


def prompt() -> Prompt:
    task = Task("Who wrote it?", ("Enid Blyton",), reference="Enid Blyton")
    return build_prompt(RUBRIC, task, random_id)


def response(text: str, stop: str = "end_turn") -> dict[str, Any]:
    return {
        "output": {"message": {"role": "assistant", "content": [{"text": text}]}},
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
    asked = prompt()
    expected = {
        "modelId": MODEL,
        "system": [{"text": asked.system}],
        "messages": [{"role": "user", "content": [{"text": asked.user}]}],
        "inferenceConfig": {"maxTokens": 1_024, "temperature": 0},
        "outputConfig": ANY,
    }
    stub.add_response("converse", response(GOOD), expected)
    graded = over(stub).grade(asked, RUBRIC)
    assert (graded.reply.status, graded.reply.score) == (VerdictStatus.OK, 1.0)
    assert graded.usage == Usage(310, 21, cache_read_tokens=200, attempts=1)


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
    graded = over(stub).grade(prompt(), RUBRIC)
    assert (graded.reply.status, graded.reply.score) == (status, None)
    assert graded.usage.output_tokens == 21


@pytest.mark.parametrize("code", ["ThrottlingException", "ServiceUnavailableException"])
def test_throttling_is_waited_out_and_counted(stub: Stubber, code: str) -> None:
    stub.add_client_error("converse", code, http_status_code=429)
    stub.add_response("converse", response(GOOD))
    graded = over(stub).grade(prompt(), RUBRIC)
    assert (graded.reply.score, graded.usage.attempts) == (1.0, 2)


def test_endless_throttling_fails_the_item_and_not_the_run(stub: Stubber) -> None:
    for _ in range(3):
        stub.add_client_error("converse", "ThrottlingException")
    graded = over(stub).grade(prompt(), RUBRIC)
    assert (graded.reply.status, graded.usage.attempts) == (VerdictStatus.ERROR, 3)


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("ModelTimeoutException", VerdictStatus.TIMEOUT),
        ("ModelErrorException", VerdictStatus.ERROR),
    ],
)
def test_a_model_that_fails_on_one_item_is_asked_once(
    stub: Stubber, code: str, status: VerdictStatus
) -> None:
    stub.add_client_error("converse", code)
    graded = over(stub).grade(prompt(), RUBRIC)
    assert (graded.reply.status, graded.usage.attempts) == (status, 1)


@pytest.mark.parametrize(
    "code", ["AccessDeniedException", "ValidationException", "ResourceNotFoundException"]
)
def test_what_would_fail_for_every_item_stops_the_run(stub: Stubber, code: str) -> None:
    stub.add_client_error("converse", code, "you may not")
    with pytest.raises(BackendError, match="you may not") as raised:
        over(stub).grade(prompt(), RUBRIC)
    assert raised.value.exit_code is ExitCode.FAILED
    assert MODEL in str(raised.value)


class Failing:
    """A client whose connection fails, which the Stubber cannot act."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def converse(self, **_: Any) -> Any:  # noqa: ANN401
        raise self.error


def test_a_silent_server_times_the_item_out() -> None:
    client = Failing(ReadTimeoutError(endpoint_url="https://bedrock"))
    graded = Bedrock(client, MODEL).grade(prompt(), RUBRIC)
    assert graded.reply.status is VerdictStatus.TIMEOUT


def test_an_unreachable_server_stops_the_run() -> None:
    client = Failing(EndpointConnectionError(endpoint_url="https://bedrock"))
    with pytest.raises(BackendError, match="Could not connect"):
        Bedrock(client, MODEL).grade(prompt(), RUBRIC)
