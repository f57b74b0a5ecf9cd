"""Anthropic's Messages API. The reply is held to a schema, or is the input of a tool that must be used.

Fields as in the Messages reference, version 2023-06-01 (docs.anthropic.com/en/api/messages).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from judge.backends.base import Asked, Graded, Usage, count, failed, names_any
from judge.backends.http import BadRequestError, Server
from judge.backends.modes import Modes
from judge.identity import Setting
from judge.parse import parse_reply, reply_schema
from judge.rubric import Rubric
from reinfra.model import VerdictStatus

URL = "https://api.anthropic.com/v1/messages"
VERSION = "2023-06-01"
FORMATS = "json_schema", "tool"
_TOOL = "give_verdict"
_OF_FORMAT = "output_config", "json_schema", "output_format", "structured output"
_STATUS = {
    "max_tokens": VerdictStatus.UNPARSED,
    "model_context_window_exceeded": VerdictStatus.UNPARSED,
    "pause_turn": VerdictStatus.UNPARSED,
    "refusal": VerdictStatus.REFUSED,
}


@dataclass(frozen=True, slots=True)
class Anthropic:
    """`cache` marks the system prompt, which is the same under a rubric, for Anthropic's prompt cache."""

    server: Server
    model: str
    max_tokens: int = 1_024
    temperature: float | None = 0.0
    cache: bool = True
    formats: Modes = field(default_factory=lambda: Modes(FORMATS), compare=False)

    @property
    def judge(self) -> str:
        return f"anthropic/{self.model}"

    @property
    def settings(self) -> Mapping[str, Setting]:
        return {
            "backend": "anthropic",
            "server": self.server.url,
            "model": self.model,
            "max_tokens": self.max_tokens,
            "temperature": self.temperature,
        }

    def ask(self, asked: Asked) -> Graded:
        while True:
            form = self.formats.now
            try:
                reply = self.server.post(self._body(asked, form))
            except BadRequestError as error:
                if form != "json_schema" or not names_any(error.said, *_OF_FORMAT):
                    return failed(VerdictStatus.ERROR, str(error))
                self.formats.give_up(form, error)
            else:
                return _graded(reply, asked.rubric)

    def close(self) -> None:
        self.server.close()

    def _body(self, asked: Asked, form: str) -> dict[str, Any]:
        system: dict[str, Any] = {"type": "text", "text": asked.prompt.system}
        if self.cache:
            system["cache_control"] = {"type": "ephemeral"}
        body: dict[str, Any] = {
            "model": self.model,
            "max_tokens": self.max_tokens,
            "system": [system],
            "messages": [{"role": "user", "content": asked.prompt.user}],
        }
        if self.temperature is not None:
            body["temperature"] = self.temperature
        return body | _held(reply_schema(asked.rubric), form)


def _held(schema: dict[str, Any], form: str) -> dict[str, Any]:
    if form == "json_schema":
        return {"output_config": {"format": {"type": "json_schema", "schema": schema}}}
    tool = {"name": _TOOL, "description": "Takes the verdict.", "input_schema": schema}
    return {"tools": [tool], "tool_choice": {"type": "tool", "name": _TOOL}}


def _graded(reply: Mapping[str, Any], rubric: Rubric) -> Graded:
    usage = _usage(reply.get("usage"))
    content = reply.get("content")
    blocks = (
        [each for each in content if isinstance(each, dict)] if isinstance(content, list) else []
    )
    text = "".join(map(_said, blocks)).strip()
    stopped = reply.get("stop_reason")
    if isinstance(stopped, str) and stopped in _STATUS:
        return failed(_STATUS[stopped], f"stopped by {stopped}", text, usage)
    return Graded(parse_reply(text, rubric), text, usage)


def _said(block: Mapping[str, Any]) -> str:
    """Other blocks hold the reasoning."""
    if block.get("type") == "text":
        return str(block.get("text") or "")
    return json.dumps(block.get("input")) if block.get("type") == "tool_use" else ""


def _usage(given: object) -> Usage:
    counted = given if isinstance(given, dict) else {}
    return Usage(
        input_tokens=count(counted.get("input_tokens")),
        output_tokens=count(counted.get("output_tokens")),
        cache_read_tokens=count(counted.get("cache_read_input_tokens")),
        cache_write_tokens=count(counted.get("cache_creation_input_tokens")),
    )
