"""The backend that a `[[judge.backend]]` describes. Keys come from the environment and are kept nowhere else."""

import os
from collections.abc import Mapping
from pathlib import Path

from judge.backends.base import Backend
from judge.recorded import read_llmbar
from reinfra.config.judge import JudgeBackend
from reinfra.model import InputError

_CHAT, _MESSAGES = "/chat/completions", "/messages"
_ANTHROPIC_KEY = "ANTHROPIC_API_KEY"
LLMBAR = "llmbar:"


def open_backend(
    settings: JudgeBackend,
    connections: int,
    shipped: Path,
    environment: Mapping[str, str] = os.environ,
) -> Backend:
    """`shipped` is the folder of the recorded sets. Raises InputError, BackendError."""
    if settings.kind == "bedrock":
        return _bedrock(settings, connections)
    if settings.kind == "recorded":
        return _recorded(settings, shipped)
    return _over_http(settings, environment)


def _bedrock(settings: JudgeBackend, connections: int) -> Backend:
    from judge.backends.bedrock import Bedrock, bedrock_client
    from judge.backends.converse import Converse

    client = bedrock_client(settings.region, settings.timeout, connections, settings.url)
    request = Converse(
        settings.model,
        settings.max_tokens,
        _temperature(settings),
        settings.cache,
        settings.service_tier,
        settings.guardrail,
        settings.guardrail_version,
    )
    return Bedrock(client, request)


def _recorded(settings: JudgeBackend, shipped: Path) -> Backend:
    from judge.backends.recorded import read_replies, replies_of

    if settings.replies.startswith(LLMBAR):
        graded = read_llmbar(shipped / "llmbar_pairwise.jsonl.gz")
        return replies_of(graded, settings.replies.removeprefix(LLMBAR))
    return read_replies(Path(settings.replies))


def _over_http(settings: JudgeBackend, environment: Mapping[str, str]) -> Backend:
    from judge.backends.anthropic import URL, VERSION, Anthropic
    from judge.backends.http import Server
    from judge.backends.openai import OpenAICompatible

    if settings.kind == "anthropic":
        key = _key(settings.api_key_env or _ANTHROPIC_KEY, settings.name, environment)
        headers = {"x-api-key": key, "anthropic-version": VERSION}
        url = _address(settings.url, _MESSAGES) if settings.url else URL
        return Anthropic(
            Server(url, headers, settings.timeout),
            settings.model,
            settings.max_tokens,
            _temperature(settings),
            settings.cache,
        )
    headers = {}
    if settings.api_key_env:
        key = _key(settings.api_key_env, settings.name, environment)
        headers["authorization"] = f"Bearer {key}"
    server = Server(_address(settings.url, _CHAT), headers, settings.timeout)
    temperature = _temperature(settings)
    return OpenAICompatible(server, settings.model, settings.name, settings.max_tokens, temperature)


def _address(url: str, ending: str) -> str:
    """A base address such as http://localhost:8000/v1, or the whole one."""
    plain = url.rstrip("/")
    return plain if plain.endswith(ending) else plain + ending


def _key(variable: str, name: str, environment: Mapping[str, str]) -> str:
    key = environment.get(variable, "").strip()
    if not key or not key.isascii() or not key.isprintable():
        todo = f"Set ${variable}, or name another variable in api_key_env."
        raise InputError(f"no API key for {name!r}", where=f"${variable}", todo=todo)
    return key


def _temperature(settings: JudgeBackend) -> float | None:
    return None if settings.temperature == "unset" else float(settings.temperature)
