"""One POST of JSON to a model server: bounded in time and size, its refusals told apart."""

import json
import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from math import isfinite
from typing import Any

import httpx

from judge.backends.base import BackendError, PassingError
from reinfra.model import VerdictStatus

MOST_BYTES = 1_048_576
"""Of a reply; one with a grade needs a small part of it."""

LONGEST_REST = 3_600.0
_CONNECT = 10.0
_THROTTLED = frozenset({429, 529})
_PASSING = frozenset({408, 409, 425, 500, 502, 503, 504})


class BadRequestError(BackendError):
    """400 or 422: this request cannot be taken as it is. `said` is the server's explanation."""

    def __init__(self, where: str, said: str) -> None:
        super().__init__("the request is refused", where=where, why=said)
        self.said = said


@dataclass(frozen=True, slots=True)
class Server:
    """`url` is the whole address that is posted to, `timeout` the seconds from asking to the reply's end.

    Each thread has a connection of its own, which is twice as fast as a pool that all of them share.
    """

    url: str
    headers: Mapping[str, str] = field(repr=False)
    timeout: float = 60.0
    _own: threading.local = field(default_factory=threading.local, repr=False, compare=False)
    _opened: list[httpx.Client] = field(default_factory=list, repr=False, compare=False)

    def post(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """The reply's object. Raises PassingError, BadRequestError, BackendError."""
        ends = time.monotonic() + self.timeout
        try:
            response = self._client().send(self._request(body), stream=True)
            with closing(response):
                content = _read(response, ends)
        except httpx.TimeoutException as error:
            why = f"no reply within {self.timeout:g} s"
            raise PassingError(why, status=VerdictStatus.TIMEOUT) from error
        except (httpx.ConnectError, httpx.UnsupportedProtocol) as error:
            raise BackendError("no connection", where=self.url, why=str(error)) from error
        except httpx.HTTPError as error:
            raise PassingError(f"the connection broke: {error}") from error
        if response.status_code == httpx.codes.OK:
            return _object(content)
        raise self._refused(response, content)

    def _request(self, body: Mapping[str, Any]) -> httpx.Request:
        """Built by hand: a client that merges URLs and headers takes a fifth of the time of a whole request."""
        timeout = httpx.Timeout(self.timeout, connect=min(self.timeout, _CONNECT)).as_dict()
        headers = {"content-type": "application/json", "accept": "application/json", **self.headers}
        content = json.dumps(body).encode()
        return httpx.Request(
            "POST", self.url, headers=headers, content=content, extensions={"timeout": timeout}
        )

    def _client(self) -> httpx.Client:
        found: httpx.Client | None = getattr(self._own, "client", None)
        if found is None:
            found = httpx.Client(verify=_certificates())
            self._own.client = found
            self._opened.append(found)
        return found

    def close(self) -> None:
        """End every thread's connection; a thread that asks afterwards fails."""
        while self._opened:
            self._opened.pop().close()

    def _refused(self, response: httpx.Response, content: bytes) -> Exception:
        code, said = response.status_code, content[:1_000].decode("utf-8", "replace")
        if code in _THROTTLED | _PASSING:
            return PassingError(
                f"HTTP {code}: {said}",
                throttled=code in _THROTTLED or code == httpx.codes.SERVICE_UNAVAILABLE,
                retry_after=rest_asked(response.headers.get("retry-after", "")),
            )
        if code in {400, 413, 422}:
            return BadRequestError(self.url, said)
        return BackendError(f"HTTP {code}", where=self.url, why=said)


@cache
def _certificates() -> ssl.SSLContext:
    return httpx.create_ssl_context()  # 20 ms, and the same for every thread


def _read(response: httpx.Response, ends: float) -> bytes:
    content = bytearray()
    for part in response.iter_bytes():
        content += part
        if len(content) > MOST_BYTES:
            raise PassingError(
                f"a reply of more than {MOST_BYTES} bytes", status=VerdictStatus.UNPARSED
            )
        if time.monotonic() > ends:
            raise PassingError("the reply is too slow", status=VerdictStatus.TIMEOUT)
    return bytes(content)


def _object(content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise PassingError(
            "the server's reply is no JSON", status=VerdictStatus.UNPARSED
        ) from error
    if not isinstance(found, dict):
        raise PassingError("the server's reply is no object", status=VerdictStatus.UNPARSED)
    return found


def rest_asked(given: str) -> float | None:
    """Seconds of a Retry-After header: a number, or a date (RFC 9110, section 10.2.3); else None."""
    try:
        seconds = float(given)
    except ValueError:
        try:
            when = parsedate_to_datetime(given)
        except ValueError:
            return None
        aware = when if when.tzinfo else when.replace(tzinfo=UTC)
        seconds = (aware - datetime.now(UTC)).total_seconds()
    return min(max(seconds, 0.0), LONGEST_REST) if isfinite(seconds) else None
