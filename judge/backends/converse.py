"""A request to Bedrock's Converse: the prompt, the reply's form, and what an account may want of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from judge.backends.base import Asked
from judge.identity import Setting
from judge.parse import reply_schema

_TOOL = "give_verdict"


@dataclass(frozen=True, slots=True)
class Converse:
    """`model` is a model id with its version, or the id or ARN of an inference profile.

    `cache` puts a cache point behind the system prompt, which is the same for all items under a rubric; models
    that have no prompt cache refuse it. `tier` is priority, default, flex or reserved; "" leaves it to AWS.
    """

    model: str
    max_tokens: int = 1_024
    temperature: float | None = 0.0
    cache: bool = False
    tier: str = ""
    guardrail: str = ""
    guardrail_version: str = ""

    @property
    def settings(self) -> Mapping[str, Setting]:
        """A cache and a tier change what a reply costs, and not what it says."""
        return {
            "backend": "bedrock",
            "model": self.model,
            "max_tokens": self.max_tokens,
            "temperature": self.temperature,
            "guardrail": f"{self.guardrail}:{self.guardrail_version}",
        }

    def of(self, asked: Asked, form: str) -> dict[str, Any]:
        """`form` is json_schema, tool or none."""
        system: list[dict[str, Any]] = [{"text": asked.prompt.system}]
        if self.cache:
            system.append({"cachePoint": {"type": "default"}})
        inference: dict[str, Any] = {"maxTokens": self.max_tokens}
        if self.temperature is not None:
            inference["temperature"] = self.temperature
        request = {
            "modelId": self.model,
            "system": system,
            "messages": [{"role": "user", "content": [{"text": asked.prompt.user}]}],
            "inferenceConfig": inference,
        }
        return request | self._wanted() | _held(reply_schema(asked.rubric), form)

    def _wanted(self) -> dict[str, Any]:
        wanted: dict[str, Any] = {}
        if self.tier:
            wanted["serviceTier"] = {"type": self.tier}
        if self.guardrail:
            wanted["guardrailConfig"] = {
                "guardrailIdentifier": self.guardrail,
                "guardrailVersion": self.guardrail_version or "DRAFT",
            }
        return wanted


def _held(schema: dict[str, Any], form: str) -> dict[str, Any]:
    if form == "json_schema":
        structure = {"jsonSchema": {"name": "verdict", "schema": json.dumps(schema)}}
        return {"outputConfig": {"textFormat": {"type": form, "structure": structure}}}
    if form != "tool":
        return {}
    spec = {"name": _TOOL, "description": "Takes the verdict.", "inputSchema": {"json": schema}}
    return {"toolConfig": {"tools": [{"toolSpec": spec}], "toolChoice": {"tool": {"name": _TOOL}}}}
