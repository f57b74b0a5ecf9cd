"""Webhooks, against a real server: signatures, redirects, private addresses, and what is tried again."""

import base64
import hashlib
import hmac
import json
import socket
from http.client import HTTPSConnection
from typing import Any

import pytest
from pydantic import ValidationError

from reinfra.alerts.channels import ChannelError, open_channel
from reinfra.config.addresses import ip_of, refusal
from reinfra.config.receivers import WebhookReceiver
from reinfra.model import MINUTE, InputError
from tests.alerts.endpoints import http_endpoint
from tests.alerts.strange import notice

VARIABLE = "HOOK_SECRET"
SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef01234567").decode()


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK_SECRET", SECRET)
    monkeypatch.setenv("HOOK_TOKEN", "Bearer of-a-token")


def receiver(**settings: Any) -> WebhookReceiver:  # noqa: ANN401
    return WebhookReceiver(name="hook", **settings)


@pytest.mark.usefixtures("secrets")
def test_a_post_is_signed_as_standard_webhooks_says_and_a_repeat_has_the_same_id() -> None:
    with http_endpoint() as server:
        channel = open_channel(
            receiver(url=server.url, secret_env=VARIABLE, authorization_env="HOOK_TOKEN")
        )
        assert [one.receipt for one in channel.send([notice(), notice()])] == ["HTTP 200"] * 2
    (headers, body), (again, _) = server.got
    assert json.loads(body)["incident"]["name"] == "INC-7"
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert headers["webhook-id"] == again["webhook-id"] == "INC-7:1"
    assert headers["Authorization"] == "Bearer of-a-token"
    shown = f"{channel!r}"
    assert SECRET not in shown
    assert "of-a-token" not in shown
    assert server.url not in shown


def test_slack_gets_its_own_format_from_an_address_that_is_a_secret(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with http_endpoint() as server:
        monkeypatch.setenv("SLACK_URL", server.url)
        open_channel(receiver(url_env="SLACK_URL", format="slack")).send([notice()])
    ((_, body),) = server.got
    assert json.loads(body)["text"].startswith("*[CRIT] EC2 CPU")


@pytest.mark.parametrize(
    ("code", "permanent", "says"),
    [(404, True, "answered 404"), (401, False, "answered 401"), (500, False, "answered 500")],
)
def test_what_cannot_change_is_not_tried_again(code: int, *, permanent: bool, says: str) -> None:
    with http_endpoint((code, {})) as server:
        (result,) = open_channel(receiver(url=server.url)).send([notice()])
    assert (result.error, result.permanent) == (says, permanent)


def test_a_redirect_is_not_followed() -> None:
    with http_endpoint() as other, http_endpoint((307, {"Location": other.url})) as server:
        (result,) = open_channel(receiver(url=server.url)).send([notice()])
    assert result.permanent
    assert "redirects are not followed" in result.error
    assert other.got == []


def test_who_asks_for_patience_gets_it_and_the_rest_is_not_tried() -> None:
    answers = [(200, {}), (429, {"Retry-After": "90"})]
    with http_endpoint(*answers) as server:
        results = open_channel(receiver(url=server.url)).send([notice(number=n) for n in (1, 2, 3)])
    assert [one.delivered for one in results] == [True, False, False]
    assert [one.wait for one in results[1:]] == [90_000] * 2
    assert results[1].wait == 1.5 * MINUTE
    assert len(server.got) == 2


def test_an_endpoint_that_is_gone_is_an_error_without_its_address() -> None:
    with http_endpoint() as server:
        url = server.url
    with pytest.raises(ChannelError, match="does not answer") as caught:
        open_channel(receiver(url=url)).send([notice()])
    assert not caught.value.permanent
    assert url not in str(caught.value)


@pytest.mark.parametrize(
    ("address", "allow", "encrypted", "refused"),
    [
        ("169.254.169.254", True, True, "metadata"),
        ("::ffff:169.254.169.254", True, True, "metadata"),
        ("fd00:ec2::254", True, True, "metadata"),
        ("0.0.0.0", True, True, "no address of one machine"),  # noqa: S104
        ("10.0.0.1", True, False, ""),
        ("10.0.0.1", False, True, "allow_private"),
        ("127.0.0.1", False, True, "allow_private"),
        ("8.8.8.8", True, False, "plain http"),
        ("8.8.8.8", False, True, ""),
    ],
)
def test_where_messages_may_go(address: str, *, allow: bool, encrypted: bool, refused: str) -> None:
    found = ip_of(address)
    assert found is not None
    why = refusal(found, allow_private=allow, encrypted=encrypted)
    assert refused in why
    assert bool(refused) == bool(why)


def test_a_name_that_leads_to_the_metadata_service_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = [(socket.AF_INET, socket.SOCK_STREAM, 0, "", ("169.254.169.254", 80))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: rows)
    with pytest.raises(ChannelError, match="never sent to"):
        open_channel(receiver(url="https://harmless.example.com/hook")).send([notice()])


def test_a_certificate_is_asked_for_the_name_at_the_address_that_was_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from reinfra.alerts.channels.posting import _Https

    with http_endpoint() as server:  # speaks no TLS: the handshake fails, at our address
        rows = [(socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", server.port))]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: rows)
        made = _Https("hook.example.com", "127.0.0.1", server.port, 2.0)
        assert isinstance(made, HTTPSConnection)
        with pytest.raises(OSError, match="SSL"):
            made.connect()
        made.close()


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"url": "https://a", "url_env": "B"},
        {"url": "ftp://a/b"},
        {"url": "https://user:password@a/b"},
        {"url": "https://a/b", "format": "xml"},
        {"url": "https://a/b", "timeout": 60},
    ],
)
def test_wrong_settings_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        receiver(**settings)


def test_a_secret_that_is_not_set_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOOK_SECRET", raising=False)
    with pytest.raises(InputError, match="the variable HOOK_SECRET is not set"):
        open_channel(receiver(url="https://a/b", secret_env=VARIABLE))
