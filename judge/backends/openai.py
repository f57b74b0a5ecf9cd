"""Any server that speaks OpenAI's chat/completions: vLLM, SGLang, Ollama, llama.cpp, hosted ones.

The reply is held to a JSON schema by `response_format`. A server that refuses that is asked for a JSON
object, then for nothing; some take the field and ignore it, which shows in the share of unparsed replies.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from judge.backends.base import Asked, Graded, Usage, count, failed, names_any
from judge.backends.http import BadRequestError, Server
from judge.backends.modes import Modes
from judge.identity import Setting
from judge.parse import parse_reply, reply_schema
from judge.prompt import Prompt
from judge.rubric import Rubric
from reinfra.model import VerdictStatus

FORMATS = "json_schema", "json_object", "none"
_OF_FORMAT = "response_format", "json_schema", "json_object", "guided", "grammar", "schema"
_OF_LIMIT = ("max_completion_tokens",)
_STATUS = {"length": VerdictStatus.UNPARSED, "content_filter": VerdictStatus.FILTERED}


@dataclass(frozen=True, slots=True)
class OpenAICompatible:
    """`temperature` None leaves it to the server, for models that take none."""

    server: Server
    model: str
    name: str = "openai"
    max_tokens: int = 1_024
    temperature: float | None = 0.0
    formats: Modes = field(default_factory=lambda: Modes(FORMATS), compare=False)
    limits: Modes = field(
        default_factory=lambda: Modes(("max_tokens", "max_completion_tokens")), compare=False
    )

    @property
    def judge(self) -> str:
        return f"{self.name}/{self.model}"

    @property
    def settings(self) -> Mapping[str, Setting]:
        return {
            "backend": "openai",
            "server": self.server.url,
            "model": self.model,
            "max_tokens": self.max_tokens,
            "temperature": self.temperature,
        }

    def ask(self, asked: Asked) -> Graded:
        while True:
            form, limit = self.formats.now, self.limits.now
            try:
                reply = self.server.post(self._body(asked.prompt, asked.rubric, form, limit))
            except BadRequestError as error:
                if limit == "max_tokens" and names_any(error.said, *_OF_LIMIT):
                    self.limits.give_up(limit, error)
                elif form != "none" and names_any(error.said, *_OF_FORMAT):
                    self.formats.give_up(form, error)
                else:
                    return failed(VerdictStatus.ERROR, str(error))
            else:
                return _graded(reply, asked.rubric)

    def close(self) -> None:
        self.server.close()

    def _body(self, prompt: Prompt, rubric: Rubric, form: str, limit: str) -> dict[str, Any]:
        body: dict[str, Any] = {
            "model": self.model,
            "messages": [
                {"role": "system", "content": prompt.system},
                {"role": "user", "content": prompt.user},
            ],
            limit: self.max_tokens,
        }
        if self.temperature is not None:
            body["temperature"] = self.temperature
        if form == "json_schema":
            schema = {"name": "verdict", "strict": True, "schema": reply_schema(rubric)}
            body["response_format"] = {"type": form, "json_schema": schema}
        elif form == "json_object":
            body["response_format"] = {"type": form}
        return body


def _graded(reply: Mapping[str, Any], rubric: Rubric) -> Graded:
    usage = _usage(reply.get("usage"))
    try:
        choice = reply["choices"][0]
        message = choice["message"]
        text, refusal = message.get("content") or "", message.get("refusal")
        stopped = choice.get("finish_reason")
    except (KeyError, IndexError, TypeError, AttributeError):
        return failed(VerdictStatus.UNPARSED, "no choice with a message in the reply", "", usage)
    if refusal:
        return failed(VerdictStatus.REFUSED, str(refusal), "", usage)
    if not isinstance(text, str):
        return failed(VerdictStatus.UNPARSED, "the message's content is no text", "", usage)
    if isinstance(stopped, str) and stopped in _STATUS:
        return failed(_STATUS[stopped], f"stopped by {stopped}", text, usage)
    return Graded(parse_reply(text.strip(), rubric), text, usage)


def _usage(given: object) -> Usage:
    """OpenAI counts cached tokens within the prompt's; here each token is counted once."""
    counted = given if isinstance(given, dict) else {}
    details = counted.get("prompt_tokens_details")
    cached = count(details.get("cached_tokens")) if isinstance(details, dict) else 0
    whole = count(counted.get("prompt_tokens"))
    cached = min(cached, whole)
    return Usage(whole - cached, count(counted.get("completion_tokens")), cache_read_tokens=cached)
