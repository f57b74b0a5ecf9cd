"""An HTTP POST per message: our JSON, or Slack's; signed as Standard Webhooks 1.0 says.

`webhook-id` is the message's key, which a repeat carries again; `webhook-signature` is v1, and the base64 of
HMAC-SHA256 over id, time and body, joined by dots (standardwebhooks.com).
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

from reinfra.alerts.channels.base import ChannelError, Result, one_by_one
from reinfra.alerts.channels.posting import Answer, Poster
from reinfra.alerts.message import BODIES, Context, Told
from reinfra.config.addresses import webhook_problem
from reinfra.config.receivers import WebhookReceiver
from reinfra.errors import InputError
from reinfra.model import SECOND, Clock, system_clock

_LATER = frozenset(
    {
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.TOO_EARLY,
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.SERVICE_UNAVAILABLE,
    }
)
_MENDED = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})  # while messages wait
_REDIRECTS = range(300, 400)
_KEY = "whsec_"


@dataclass(frozen=True, slots=True)
class Webhook:
    """`key` and `authorization` are secrets, and the address may be one: none is ever shown."""

    name: str
    poster: Poster = field(repr=False)
    format: str = "json"
    key: bytes = field(default=b"", repr=False)
    authorization: str = field(default="", repr=False)
    context: Context = field(default_factory=Context)
    clock: Clock = system_clock
    batch_size: int = 10

    def send(self, messages: Sequence[Told]) -> list[Result]:
        with self.poster.connected() as post:
            return one_by_one(messages, lambda one: self._result(post(*self._request(one))))

    def _request(self, message: Told) -> tuple[bytes, dict[str, str]]:
        body = BODIES[self.format](message, self.context).encode()
        id_, at = message.dedup_key, str(self.clock() // SECOND)
        headers = {"Content-Type": "application/json", "User-Agent": "reinfra", "webhook-id": id_}
        headers["webhook-timestamp"] = at
        if self.key:
            headers["webhook-signature"] = signature(self.key, id_, at, body)
        if self.authorization:
            headers["Authorization"] = self.authorization
        return body, headers

    def _result(self, answer: Answer) -> Result:
        code = answer.status
        if HTTPStatus.OK <= code < HTTPStatus.MULTIPLE_CHOICES:
            return Result(receipt=f"HTTP {code}")
        if code in _REDIRECTS:
            why = "redirects are not followed: correct the address"
            return Result(f"answered {code}, and {why}", permanent=True)
        if code in _LATER:
            raise ChannelError(
                f"the webhook answers {code}", where=f"receiver {self.name}", wait=answer.wait
            )
        ours = code < HTTPStatus.INTERNAL_SERVER_ERROR and code not in _MENDED
        return Result(f"answered {code}", permanent=ours)


def signature(key: bytes, id_: str, at: str, body: bytes) -> str:
    """`at` is in seconds since 1970 UTC."""
    signed = f"{id_}.{at}.".encode() + body
    digest = hmac.new(key, signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def open_webhook(
    settings: WebhookReceiver, url: str, key: str, authorization: str, context: Context
) -> Webhook:
    """Raises InputError for an address or a secret that cannot be one."""
    where = f"receiver {settings.name}"
    if problem := webhook_problem(url):
        raise InputError(problem, where=where, todo=f"Correct {settings.url_env or 'url'}.")
    if not (authorization.isascii() and authorization.isprintable()):
        raise InputError(
            "not a header's value", where=where, todo=f"Correct {settings.authorization_env}."
        )
    poster = Poster(settings.name, url, settings.timeout, allow_private=settings.allow_private)
    return Webhook(
        settings.name, poster, settings.format, _bytes(key, where), authorization, context
    )


def _bytes(key: str, where: str) -> bytes:
    if not key.startswith(_KEY):
        return key.encode()
    try:
        return base64.b64decode(key.removeprefix(_KEY), validate=True)
    except binascii.Error as error:
        raise InputError("the secret is no base64", where=where, todo="Copy it anew.") from error
