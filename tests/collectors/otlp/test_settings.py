"""What can be set, and what is refused before anything listens."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from collectors.base import CollectorError, Receiver
from collectors.otlp.receiver import Otlp
from collectors.otlp.token import Token
from reinfra.config.sources import OtlpSource
from reinfra.model import Origin, system_clock


def test_it_listens_on_this_machine_only_unless_told() -> None:
    found = OtlpSource()
    assert (found.http, found.grpc, found.name) == ("127.0.0.1:4318", "127.0.0.1:4317", "otlp")


@pytest.mark.parametrize(
    "given",
    [
        {"http": "0.0.0.0:4318"},
        {"grpc": "[::]:4317"},
        {"http": "example.com:4318"},
        {"http": "", "grpc": ""},
        {"http": "4318"},
        {"http": "127.0.0.1:65536"},
        {"tls_cert": "a.pem"},
        {"token_env": "A", "token_file": "b"},
        {"max_bytes": 1},
    ],
)
def test_settings_that_are_unsafe_or_make_no_sense_are_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        OtlpSource(**given)


@pytest.mark.parametrize(
    "given",
    [
        {"http": "0.0.0.0:4318", "token_env": "A"},
        {"http": "0.0.0.0:4318", "token_file": "a"},
        {"http": "0.0.0.0:4318", "allow_unauthenticated": True},
        {"http": "localhost:4318", "grpc": "[::1]:4317"},
        {"http": "127.8.0.1:4318", "grpc": ""},
    ],
)
def test_settings_that_are_safe_are_taken(given: dict[str, Any]) -> None:
    assert OtlpSource(**given)


def test_a_token_comes_from_a_variable_or_a_file(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("s3cret\n")
    for token in (
        Token.of(OtlpSource(token_env="THE_TOKEN"), {"THE_TOKEN": " s3cret "}),  # noqa: S106
        Token.of(OtlpSource(token_file=str(file))),
    ):
        assert token.admits("Bearer s3cret")
        assert token.admits("bearer  s3cret")
        assert not any(
            map(token.admits, ("", "s3cret", "Bearer", "Basic s3cret", "Bearer s3cre", "Bearer é"))
        )
        assert "s3cret" not in repr(token)
    assert Token.of(OtlpSource()).admits("")


@pytest.mark.parametrize("given", [{"token_env": "NOT_SET"}, {"token_file": "no/such/file"}])
def test_a_token_that_is_not_there_is_said_before_anything_listens(given: dict[str, str]) -> None:
    with pytest.raises(CollectorError, match="token"):
        Otlp.of(OtlpSource(**given), system_clock)


def test_it_is_a_receiver() -> None:
    receiver = Otlp.of(OtlpSource(name="gateway"), system_clock)
    assert isinstance(receiver, Receiver)
    assert (receiver.name, receiver.origin) == ("gateway", Origin.LIVE)


def test_grpc_is_loaded_by_what_listens_and_by_nothing_else() -> None:
    """`reinfra --help` must stay fast."""
    code = (
        "import sys, reinfra.cli.main, reinfra.config, collectors\n"
        "found = {'grpc', 'uvicorn', 'google.protobuf', 'opentelemetry.proto'} & set(sys.modules)\n"
        "assert not found, found"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
