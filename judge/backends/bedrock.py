"""Grades from Amazon Bedrock's Converse, which holds the reply to a JSON schema.

Request and response fields as in the Converse reference of the Bedrock Runtime API; `outputConfig.textFormat`
carries the schema, so no forced tool is needed on models that support it.
"""

import json
from dataclasses import dataclass
from typing import Any, Protocol

import stamina
from botocore.exceptions import BotoCoreError, ClientError, ConnectTimeoutError, ReadTimeoutError

from judge.backends.base import BackendError, Graded, Usage
from judge.parse import Reply, parse_reply, reply_schema
from judge.prompt import Prompt
from judge.rubric import Rubric
from reinfra.model import VerdictStatus

ITEM_ERRORS = frozenset({"ModelErrorException", "ModelTimeoutException"})
PASSING_ERRORS = frozenset(
    {
        "ThrottlingException",
        "ServiceUnavailableException",
        "InternalServerException",
        "ModelNotReadyException",
    }
)
"""Worth another try after a wait; whatever is in neither set would fail for every item."""

STATUS_BY_STOP = {
    "guardrail_intervened": VerdictStatus.FILTERED,
    "content_filtered": VerdictStatus.FILTERED,
    "max_tokens": VerdictStatus.UNPARSED,
    "model_context_window_exceeded": VerdictStatus.UNPARSED,
    "malformed_model_output": VerdictStatus.UNPARSED,
}
"""Stop reasons after which the text is no grade, even where it happens to read as one."""


class ConverseClient(Protocol):
    """The part of boto3's "bedrock-runtime" client that is used."""

    def converse(self, **request: Any) -> Any: ...  # noqa: ANN401 - boto3's own types are untyped


@dataclass(frozen=True, slots=True)
class Bedrock:
    """`model` is a model id with its version, or an inference profile.

    Make `client` without retries of its own, so that waits are counted once; see `bedrock_client`.
    """

    client: ConverseClient
    model: str
    max_tokens: int = 1_024
    attempts: int = 6
    longest_wait: float = 20.0

    @property
    def judge(self) -> str:
        return f"bedrock/{self.model}"

    def grade(self, prompt: Prompt, rubric: Rubric) -> Graded:
        tries = 0
        try:
            for attempt in self._retries():
                with attempt:
                    tries = attempt.num
                    response = self.client.converse(**self._request(prompt, rubric))
        except (ReadTimeoutError, ConnectTimeoutError) as error:
            return _failed(VerdictStatus.TIMEOUT, str(error), tries)
        except ClientError as error:
            return _refused(error, self.model, tries)
        except BotoCoreError as error:
            raise BackendError("no answer", where=self.judge, why=str(error)) from error
        return _graded(response, rubric, tries)

    def _retries(self) -> Any:  # noqa: ANN401 - stamina does not export the iterator's type
        return stamina.retry_context(
            on=_will_pass, attempts=self.attempts, timeout=None, wait_max=self.longest_wait
        )

    def _request(self, prompt: Prompt, rubric: Rubric) -> dict[str, Any]:
        schema = {"name": "verdict", "schema": json.dumps(reply_schema(rubric))}
        text_format = {"type": "json_schema", "structure": {"jsonSchema": schema}}
        return {
            "modelId": self.model,
            "system": [{"text": prompt.system}],
            "messages": [{"role": "user", "content": [{"text": prompt.user}]}],
            "inferenceConfig": {"maxTokens": self.max_tokens, "temperature": 0},
            "outputConfig": {"textFormat": text_format},
        }


def bedrock_client(region: str | None = None, timeout: float = 60.0) -> ConverseClient:
    """Credentials and region come from AWS's own chain unless a region is given; `timeout` in seconds."""
    import boto3
    from botocore.config import Config

    config = Config(retries={"total_max_attempts": 1}, read_timeout=timeout, connect_timeout=10)
    try:
        client: ConverseClient = boto3.client("bedrock-runtime", region_name=region, config=config)
    except BotoCoreError as error:
        raise BackendError("no client for Bedrock", why=str(error)) from error
    return client


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def _will_pass(error: Exception) -> bool:
    return isinstance(error, ClientError) and _code(error) in PASSING_ERRORS


def _failed(status: VerdictStatus, why: str, tries: int) -> Graded:
    return Graded(Reply(status, why=why), "", Usage(attempts=tries))


def _refused(error: ClientError, model: str, tries: int) -> Graded:
    code = _code(error)
    if code == "ModelTimeoutException":
        return _failed(VerdictStatus.TIMEOUT, str(error), tries)
    if code in ITEM_ERRORS | PASSING_ERRORS:
        return _failed(VerdictStatus.ERROR, str(error), tries)
    raise BackendError("Bedrock refuses to grade", where=model, why=str(error)) from error


def _graded(response: dict[str, Any], rubric: Rubric, tries: int) -> Graded:
    content = response["output"].get("message", {}).get("content", [])
    text = "".join(block.get("text", "") for block in content)  # other blocks hold the reasoning
    usage = _usage(response["usage"], tries)
    status = STATUS_BY_STOP.get(response["stopReason"])
    if status is not None:
        return Graded(Reply(status, why=f"stopped by {response['stopReason']}"), text, usage)
    return Graded(parse_reply(text, rubric), text, usage)


def _usage(counted: dict[str, int], tries: int) -> Usage:
    return Usage(
        input_tokens=counted["inputTokens"],
        output_tokens=counted["outputTokens"],
        cache_read_tokens=counted.get("cacheReadInputTokens", 0),
        cache_write_tokens=counted.get("cacheWriteInputTokens", 0),
        attempts=tries,
    )
