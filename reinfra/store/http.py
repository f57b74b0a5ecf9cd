"""HTTP to a time-series server: bounded in time and size, tried again where that may help."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import stamina

from reinfra.store.address import shown
from reinfra.store.errors import StoreError

_TOO_MUCH = frozenset({413, 422})
"""Prometheus and VictoriaMetrics answer 422 to a query over their limits; proxies 413."""
_PASSING = frozenset({408, 429})
_SERVER_ERROR = 500
_LONGEST_WAIT = 30.0


class TooMuchError(StoreError):
    """The answer is larger than this side or the server allows: ask for less at once."""


class RefusedError(StoreError):
    """The server will not take or answer this request, however often it is sent."""


@dataclass(frozen=True, slots=True)
class Limits:
    """`timeout` in seconds for each wait, `max_bytes` of one answer, `attempts` in all."""

    timeout: float = 30.0
    max_bytes: int = 256 << 20
    attempts: int = 4


class _PassingError(Exception):
    """What may be otherwise next time; `wait` is the server's Retry-After in seconds, if it said one."""

    def __init__(self, why: str, wait: float | None = None) -> None:
        super().__init__(why)
        self.wait = wait


@dataclass(slots=True)
class Http:
    """One server. `transport` replaces the network, and the environment's proxies with it."""

    url: str
    auth: httpx.Auth | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    transport: httpx.BaseTransport | None = None
    _client: httpx.Client | None = None
    _base: str = ""

    @property
    def shown(self) -> str:
        """The URL as a message may name it: no user, no password, no query."""
        return shown(self.url)

    def post(
        self,
        path: str = "",
        *,
        form: Mapping[str, str] | None = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> bytes:
        """The body of a good answer. Raises TooMuchError, RefusedError for any other 4xx, StoreError."""
        client = self._opened()
        return self._answer(
            client.build_request(
                "POST", self._base + path, data=form, content=content, headers=headers
            )
        )

    def get(self, path: str) -> bytes:
        client = self._opened()
        return self._answer(client.build_request("GET", self._base + path))

    def _answer(self, request: httpx.Request) -> bytes:
        try:
            for attempt in self._attempts():
                with attempt:
                    return self._sent(request)
        except _PassingError as error:
            raise StoreError("no answer", where=self.shown, why=str(error)) from error
        raise AssertionError  # pragma: no cover - the loop returns or raises

    def close(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None

    def _opened(self) -> httpx.Client:
        if self._client is None:
            try:
                address = httpx.URL(self.url)
                # httpx logs the addresses it asks, with a password that is in them.
                self._base = str(address.copy_with(userinfo=b"")).rstrip("/")
                self._client = httpx.Client(
                    auth=self.auth or _basic(address),
                    headers=dict(self.headers),
                    timeout=self.limits.timeout,
                    transport=self.transport,
                )
            except (httpx.InvalidURL, ValueError) as error:
                why = shown(str(error))
                raise StoreError("not a URL", where=self.shown[:80], why=why) from error
        return self._client

    def _attempts(self) -> Any:  # noqa: ANN401 - stamina does not export the iterator's type
        return stamina.retry_context(
            on=_next_wait, attempts=self.limits.attempts, timeout=None, wait_max=_LONGEST_WAIT
        )

    def _sent(self, request: httpx.Request) -> bytes:
        try:
            response = self._opened().send(request, stream=True)
            try:
                return self._body(response)
            finally:
                response.close()
        except httpx.UnsupportedProtocol as error:
            raise StoreError("not a URL", where=self.shown, why=str(error)) from error
        except httpx.HTTPError as error:
            raise _PassingError(str(error) or type(error).__name__) from error

    def _body(self, response: httpx.Response) -> bytes:
        body = bytearray()
        for part in response.iter_bytes():
            body += part
            if len(body) > self.limits.max_bytes:
                why = f"more than {self.limits.max_bytes} bytes"
                raise TooMuchError("the answer is too large", where=self.shown, why=why)
        if response.is_success:
            return bytes(body)
        why = f"{response.status_code} {_said(bytes(body))}"
        if response.status_code in _PASSING or response.status_code >= _SERVER_ERROR:
            raise _PassingError(why, _retry_after(response))
        if response.status_code in _TOO_MUCH:
            raise TooMuchError("the server refuses so large a request", where=self.shown, why=why)
        raise RefusedError("the server refuses", where=self.shown, why=why)


def _basic(address: httpx.URL) -> httpx.BasicAuth | None:
    return httpx.BasicAuth(address.username, address.password) if address.userinfo else None


def _next_wait(error: Exception) -> bool | float:
    if not isinstance(error, _PassingError):
        return False
    return True if error.wait is None else error.wait


def _retry_after(response: httpx.Response) -> float | None:
    """In seconds and bounded; a date is not understood and left to the usual waits."""
    text = response.headers.get("Retry-After", "")
    return min(float(text), _LONGEST_WAIT) if text.isdigit() else None


def _said(body: bytes) -> str:
    """What the server says is wrong: Prometheus' `error`, else the text's beginning."""
    try:
        return str(json.loads(body)["error"])[:300]
    except (ValueError, KeyError, TypeError):
        return body[:300].decode(errors="replace")
