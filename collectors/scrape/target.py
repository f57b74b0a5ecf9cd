"""One exporter over HTTP: connected to once, asked again and again, bounded in time and size."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import urlsplit

import httpcore

from collectors.base import CollectorError
from collectors.exposition import Grammar, accept, grammar_of
from collectors.scrape.body import Body
from collectors.scrape.credentials import authorization
from collectors.scrape.deadline import Backend, Deadline
from reinfra.config.sources.scrape import ScrapeSource

_OK = 200
_WHAT = {
    401: (
        "it wants credentials",
        "Set bearer_file, or username and password_file; or the token has expired.",
    ),
    403: ("it refuses these credentials", ""),
    404: ("there is no such page", "The path is often /metrics."),
}
_KEPT_SECONDS = 300.0
_Failed = (
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.UnsupportedProtocol,
    httpcore.ProxyError,
)


class Page(NamedTuple):
    """What the target answered, unpacked."""

    grammar: Grammar
    raw: bytes


@dataclass(slots=True)
class Target:
    """`get` asks for the page. Connections are kept between two scrapes, redirects are not followed."""

    settings: ScrapeSource
    _deadline: Deadline = field(default_factory=Deadline)
    _pool: httpcore.ConnectionPool | None = None

    @property
    def shown(self) -> str:
        """The URL as a message may name it: a query may hold a token."""
        parts = urlsplit(self.settings.url)
        return f"{parts.scheme}://{parts.netloc}{parts.path}"

    def get(self) -> Page:
        """Raises CollectorError: what happened, never what was sent."""
        self._deadline.begin(self.settings.timeout)
        headers = self._headers()
        try:
            try:
                return self._ask(headers)
            except httpcore.RemoteProtocolError:  # most often a kept connection that was closed
                return self._ask(headers)
        except httpcore.TimeoutException as error:
            why = f"no whole answer within {self.settings.timeout:g} s"
            raise CollectorError("it hangs", where=self.shown, why=why) from error
        except (*_Failed, ssl.SSLError, OSError) as error:
            why = str(error)[:200] or type(error).__name__
            raise CollectorError("no answer", where=self.shown, why=why) from error
        except CollectorError as error:
            raise CollectorError(
                error.what, where=error.where or self.shown, why=error.why, todo=error.todo
            ) from error

    def close(self) -> None:
        if self._pool is not None:
            self._pool.close()
            self._pool = None

    def _ask(self, headers: Mapping[bytes | str, bytes | str]) -> Page:
        pool = self._opened()
        with pool.stream("GET", self.settings.url, headers=headers) as response:
            told = {name.decode("latin-1").lower(): value for name, value in response.headers}
            if response.status != _OK:
                what, todo = _WHAT.get(response.status, (f"it answered {response.status}", ""))
                raise CollectorError(what, todo=todo)
            grammar = grammar_of(_text(told.get("content-type")), self._fallback())
            encoding = _text(told.get("content-encoding")).strip().lower()
            body = Body(encoding, self.settings.max_bytes)
            for part in response.iter_stream():
                body.take(part)
                self._deadline.left()
            return Page(grammar, body.whole())

    def _headers(self) -> dict[bytes | str, bytes | str]:
        headers: dict[bytes | str, bytes | str] = {
            "Accept": accept([Grammar(each) for each in self.settings.formats]),
            "Accept-Encoding": "gzip",
            "Host": urlsplit(self.settings.url).netloc,
            "User-Agent": "reinfra",
            "X-Prometheus-Scrape-Timeout-Seconds": f"{self.settings.timeout:g}",
        }
        return headers | dict(authorization(self.settings))

    def _fallback(self) -> Grammar | None:
        return Grammar(self.settings.fallback) if self.settings.fallback else None

    def _opened(self) -> httpcore.ConnectionPool:
        if self._pool is None:
            proxy = httpcore.Proxy(self.settings.proxy) if self.settings.proxy else None
            self._pool = httpcore.ConnectionPool(
                ssl_context=self._trusted(),
                proxy=proxy,
                max_connections=1,
                keepalive_expiry=_KEPT_SECONDS,
                network_backend=Backend(self._deadline),
            )
        return self._pool

    def _trusted(self) -> ssl.SSLContext | None:
        if urlsplit(self.settings.url).scheme == "http" and not self.settings.ca_file:
            return None  # reading the system's certificates takes longer than a scrape
        try:
            return ssl.create_default_context(cafile=self.settings.ca_file or None)
        except (OSError, ssl.SSLError) as error:
            raise CollectorError(
                "no certificates", where=self.settings.ca_file, why=str(error)
            ) from error


def _text(value: bytes | None) -> str:
    return (value or b"").decode("latin-1")
