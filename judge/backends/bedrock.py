"""Grades from Amazon Bedrock's Converse, which holds the reply to a JSON schema.

Request and response fields as in the Converse reference of the Bedrock Runtime API. `outputConfig.textFormat`
carries the schema; a model that takes none is made to use a tool with that schema, then asked in words only.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError, ConnectTimeoutError, ReadTimeoutError

from judge.backends.base import Asked, BackendError, Graded, PassingError, Usage, failed, names_any
from judge.backends.converse import Converse
from judge.backends.http import rest_asked
from judge.backends.modes import Modes
from judge.identity import Setting
from judge.parse import parse_reply
from judge.rubric import Rubric
from reinfra.model import VerdictStatus

FORMATS = "json_schema", "tool", "none"
_OF_SCHEMA = "outputconfig", "textformat", "json_schema", "structured output", "output format"
_OF_TOOL = ("tool",)

THROTTLED = frozenset({"ThrottlingException", "ServiceUnavailableException"})
PASSING = frozenset({"InternalServerException", "ModelNotReadyException"})
ITEM_STATUS = {
    "ModelErrorException": VerdictStatus.ERROR,
    "ModelTimeoutException": VerdictStatus.TIMEOUT,
}
"""What is in none of these would fail for every item."""

STATUS_BY_STOP = {
    "guardrail_intervened": VerdictStatus.FILTERED,
    "content_filtered": VerdictStatus.FILTERED,
    "max_tokens": VerdictStatus.UNPARSED,
    "model_context_window_exceeded": VerdictStatus.UNPARSED,
    "malformed_model_output": VerdictStatus.UNPARSED,
    "malformed_tool_use": VerdictStatus.UNPARSED,
}
"""Stop reasons after which the text is no grade, even where it happens to read as one."""


class ConverseClient(Protocol):
    """The part of boto3's "bedrock-runtime" client that is used."""

    def converse(self, **request: Any) -> Any: ...  # noqa: ANN401 - boto3's own types are untyped
    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Bedrock:
    """Make `client` without retries of its own, so that waits are counted once; see `bedrock_client`."""

    client: ConverseClient
    request: Converse
    formats: Modes = field(default_factory=lambda: Modes(FORMATS), compare=False)

    @property
    def judge(self) -> str:
        return f"bedrock/{self.request.model}"

    @property
    def settings(self) -> Mapping[str, Setting]:
        return self.request.settings

    def ask(self, asked: Asked) -> Graded:
        while True:
            form = self.formats.now
            try:
                response = self.client.converse(**self.request.of(asked, form))
            except (ReadTimeoutError, ConnectTimeoutError) as error:
                raise PassingError(str(error), status=VerdictStatus.TIMEOUT) from error
            except ClientError as error:
                if not _refuses(error, form):
                    return self._refused(error)
                self.formats.give_up(form, self._hopeless(error))
            except BotoCoreError as error:
                raise BackendError("no answer", where=self.judge, why=str(error)) from error
            else:
                return _graded(response, asked.rubric)

    def close(self) -> None:
        self.client.close()

    def _refused(self, error: ClientError) -> Graded:
        code = _code(error)
        if code in THROTTLED | PASSING:
            headers = error.response.get("ResponseMetadata", {}).get("HTTPHeaders", {})
            rest = rest_asked(str(headers.get("retry-after", "")))
            raise PassingError(str(error), throttled=code in THROTTLED, retry_after=rest) from error
        if code in ITEM_STATUS:
            return failed(ITEM_STATUS[code], str(error))
        raise self._hopeless(error) from error

    def _hopeless(self, error: ClientError) -> BackendError:
        return BackendError("Bedrock refuses to grade", where=self.request.model, why=str(error))


def bedrock_client(
    region: str = "", timeout: float = 60.0, connections: int = 64, endpoint_url: str = ""
) -> ConverseClient:
    """Credentials and region come from AWS's own chain unless a region is given; `timeout` in seconds."""
    import boto3
    from botocore.config import Config

    config = Config(
        retries={"total_max_attempts": 1},
        read_timeout=timeout,
        connect_timeout=min(timeout, 10),
        max_pool_connections=connections,
    )
    try:
        client: ConverseClient = boto3.Session().client(
            "bedrock-runtime",
            region_name=region or None,
            endpoint_url=endpoint_url or None,
            config=config,
        )
    except BotoCoreError as error:
        raise BackendError("no client for Bedrock", why=str(error)) from error
    return client


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def _refuses(error: ClientError, form: str) -> bool:
    """Whether the model cannot be held to its reply in this way."""
    words = {"json_schema": _OF_SCHEMA, "tool": _OF_TOOL}.get(form, ())
    return _code(error) == "ValidationException" and names_any(str(error), *words)


def _graded(response: Mapping[str, Any], rubric: Rubric) -> Graded:
    content = response["output"].get("message", {}).get("content", [])
    text = "".join(map(_said, content))
    usage = _usage(response["usage"])
    stopped = response["stopReason"]
    if stopped in STATUS_BY_STOP:
        return failed(STATUS_BY_STOP[stopped], f"stopped by {stopped}", text, usage)
    return Graded(parse_reply(text, rubric), text, usage)


def _said(block: Mapping[str, Any]) -> str:
    """The text, or what the tool was given; other blocks hold the reasoning."""
    if "toolUse" in block:
        return json.dumps(block["toolUse"].get("input"))
    return str(block.get("text", ""))


def _usage(counted: Mapping[str, int]) -> Usage:
    return Usage(
        input_tokens=counted["inputTokens"],
        output_tokens=counted["outputTokens"],
        cache_read_tokens=counted.get("cacheReadInputTokens", 0),
        cache_write_tokens=counted.get("cacheWriteInputTokens", 0),
    )
