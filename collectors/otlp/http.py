"""OTLP/HTTP as an ASGI application. Sections are those of the OTLP specification.

Every refusal is a Status message, in the encoding of the request, or in JSON where that is unknown.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from typing import Any

from collectors.otlp.body import ENCODINGS, inflated
from collectors.otlp.gate import Gate
from collectors.otlp.intake import Intake
from collectors.otlp.protobuf import Message
from collectors.otlp.replies import RETRY_SECONDS, bad_request, come_again, encoded, status
from collectors.otlp.signals import SIGNALS, Signal
from collectors.otlp.token import Token
from collectors.otlp.wire import MalformedError, TooLargeError
from reinfra.model import ReinfraError

_PATHS = {signal.path: signal for signal in SIGNALS}
_JSON, _PROTOBUF = "application/json", "application/x-protobuf"
_TYPES = (_PROTOBUF, _JSON)
_DRAINED = 256 * 1024 * 1024
"""Bytes of a refused body that are read and thrown away, so that its sender reads the refusal."""

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class _GoneError(Exception):
    """The client has left."""


@dataclass(frozen=True, slots=True)
class Reply:
    status: HTTPStatus
    message: Message
    headers: dict[str, str] = field(default_factory=dict)


class _RefusedError(Exception):
    """Refused by what its headers say."""

    def __init__(self, code: HTTPStatus, said: str, **headers: str) -> None:
        super().__init__(said)
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        self.reply = Reply(code, status(said), names)


@dataclass(frozen=True, slots=True)
class HttpApp:
    """`most_bytes` bounds a body as it comes and as it is after decompression, `timeout` (s) its arrival."""

    intake: Intake
    token: Token
    gate: Gate
    pool: Executor
    most_bytes: int
    timeout: float

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = _headers(scope)
        as_json = _media_type(headers) != _PROTOBUF
        body = _Body(receive, self.gate, self.most_bytes)
        try:
            reply = await self._reply(scope, headers, body)
            await self._send(reply, send, body, as_json=as_json)
        except _GoneError:
            return
        finally:
            body.let_go()

    async def _reply(self, scope: Scope, headers: dict[str, str], body: "_Body") -> Reply:
        try:
            signal = self._expected(scope, headers)
            async with asyncio.timeout(self.timeout):
                raw = await body.read()
            with self.gate.work():
                message = await self._taken(signal, headers, raw)
        except _RefusedError as error:
            return error.reply
        except MalformedError as error:
            return Reply(HTTPStatus.BAD_REQUEST, bad_request(str(error)))
        except TooLargeError as error:
            return Reply(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, status(str(error)))
        except TimeoutError:
            return _busy(f"the body did not arrive within {self.timeout:g} s")
        except ReinfraError as error:  # overloaded, or the store cannot write now
            return _busy(error.what)
        return Reply(HTTPStatus.OK, message)

    async def _taken(self, signal: Signal, headers: dict[str, str], raw: bytes) -> Message:
        encoding = headers.get("content-encoding", "").lower()
        work = partial(self._take, signal, raw, encoding, _media_type(headers) == _JSON)
        return await asyncio.get_running_loop().run_in_executor(self.pool, work)

    def _take(self, signal: Signal, raw: bytes, encoding: str, as_json: bool) -> Message:  # noqa: FBT001
        data = inflated(raw, encoding, self.most_bytes)
        return self.intake.take(signal, data, as_json=as_json)

    async def _send(self, reply: Reply, send: Send, body: "_Body", *, as_json: bool) -> None:
        content = encoded(reply.message, as_json=as_json)
        headers = {
            "content-type": _JSON if as_json else _PROTOBUF,
            "content-length": str(len(content)),
            **reply.headers,
        }
        if not body.whole:
            headers["connection"] = "close"
        raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": reply.status.value, "headers": raw})
        await send({"type": "http.response.body", "body": content, "more_body": True})
        try:
            async with asyncio.timeout(self.timeout):
                await body.drain()
        except TimeoutError:
            pass  # the connection is closed with the rest unread
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    def _expected(self, scope: Scope, headers: dict[str, str]) -> Signal:
        """The signal of a request whose headers are in order. Raises _RefusedError, TooLargeError."""
        signal = _PATHS.get(scope["path"])
        if signal is None:
            raise _RefusedError(HTTPStatus.NOT_FOUND, f"paths are {', '.join(_PATHS)}")
        if not self.token.admits(headers.get("authorization", "")):
            said = "a bearer token is needed"
            raise _RefusedError(HTTPStatus.UNAUTHORIZED, said, www_authenticate="Bearer")
        if scope["method"] != "POST":
            raise _RefusedError(HTTPStatus.METHOD_NOT_ALLOWED, "requests are POST", allow="POST")
        if _media_type(headers) not in _TYPES:
            said = f"content types are {' and '.join(_TYPES)}"
            raise _RefusedError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, said, accept=", ".join(_TYPES))
        if headers.get("content-encoding", "").lower() not in ENCODINGS:
            said = "the content encoding is gzip, or none"
            raise _RefusedError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, said, accept_encoding="gzip")
        length = headers.get("content-length", "")
        if length.isdecimal() and int(length) > self.most_bytes:
            raise TooLargeError(f"more than {self.most_bytes:,} bytes")
        return signal


@dataclass(slots=True)
class _Body:
    receive: Receive
    gate: Gate
    most: int
    whole: bool = False
    held: int = 0

    async def read(self) -> bytes:
        """Raises TooLargeError, OverloadedError, _GoneError."""
        parts: list[bytes] = []
        while not self.whole:
            part = await self._next()
            if self.held + len(part) > self.most:
                raise TooLargeError(f"more than {self.most:,} bytes")
            self.gate.hold(len(part))
            self.held += len(part)
            parts.append(part)
        return b"".join(parts)

    async def drain(self) -> None:
        """Read on without keeping it: who still sends does not read, and would see a broken connection."""
        left = _DRAINED
        while not self.whole and left > 0:
            left -= len(await self._next())

    async def _next(self) -> bytes:
        event = await self.receive()
        if event["type"] == "http.disconnect":
            raise _GoneError
        self.whole = not event.get("more_body", False)
        return bytes(event.get("body", b""))

    def let_go(self) -> None:
        self.gate.let_go(self.held)


def _busy(said: str) -> Reply:
    """See "OTLP/HTTP Throttling"; 503 rather than 429, which older exporters do not try again."""
    headers = {"retry-after": f"{RETRY_SECONDS:.0f}"}
    return Reply(HTTPStatus.SERVICE_UNAVAILABLE, come_again(said), headers)


def _headers(scope: Scope) -> dict[str, str]:
    return {
        name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]
    }


def _media_type(headers: dict[str, str]) -> str:
    return headers.get("content-type", "").partition(";")[0].strip().lower()
