"""HTTP requests to one address: where it leads is looked at first, and then not asked again."""

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

from reinfra.alerts.channels.base import ChannelError
from reinfra.config.addresses import ip_of, refusal
from reinfra.model import HOUR, SECOND

_MOST_ANSWER = 65_536
_TRIES = 2


class Answer(NamedTuple):
    """`wait` is how many ms the server asked to be left alone (Retry-After in seconds); 0 if it did not."""

    status: int
    wait: int


Post = Callable[[bytes, Mapping[str, str]], Answer]


@dataclass(frozen=True, slots=True)
class Poster:
    """Posts to `url`, which may hold a secret and is in no error."""

    name: str
    url: str = field(repr=False)
    timeout: float
    allow_private: bool = True

    @contextmanager
    def connected(self) -> Iterator[Post]:
        """A connection for a few requests. Raises ChannelError where nobody answers."""
        place = urlsplit(self.url)
        connection = self._connection(place)
        path = place._replace(scheme="", netloc="", fragment="").geturl() or "/"
        host = place.hostname or ""

        def post(body: bytes, headers: Mapping[str, str]) -> Answer:
            return self._posted(connection, path, body, {"Host": _host(place, host), **headers})

        try:
            yield post
        finally:
            connection.close()

    def _posted(
        self,
        connection: http.client.HTTPConnection,
        path: str,
        body: bytes,
        headers: Mapping[str, str],
    ) -> Answer:
        """Once more where a kept connection was closed meanwhile: the request was then not read."""
        for attempt in range(_TRIES):
            try:
                connection.request("POST", path, body, dict(headers))
                answer = connection.getresponse()
                answer.read(_MOST_ANSWER)
                if not answer.isclosed():  # more than we read: it cannot be used again
                    connection.close()
                return Answer(answer.status, _wait(answer.getheader("Retry-After")))
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError) as error:
                connection.close()
                if attempt == _TRIES - 1:
                    raise self._silent(error) from error
            except (OSError, http.client.HTTPException) as error:
                connection.close()
                raise self._silent(error) from error
        raise AssertionError  # the loop returns or raises

    def _silent(self, error: Exception) -> ChannelError:
        return ChannelError(
            "the webhook does not answer",
            where=f"receiver {self.name}",
            why=type(error).__name__,
            todo="Check address and network; alerts wait in the outbox.",
        )

    def _connection(self, place: SplitResult) -> http.client.HTTPConnection:
        encrypted = place.scheme == "https"
        host, port = place.hostname or "", place.port or (443 if encrypted else 80)
        address = self._address(host, port, encrypted=encrypted)
        made: http.client.HTTPConnection
        if encrypted:
            made = _Https(host, address, port, self.timeout)
        else:
            made = http.client.HTTPConnection(address, port, timeout=self.timeout)
        return made

    def _address(self, host: str, port: int, *, encrypted: bool) -> str:
        """The address that the name leads to, once it is seen that all of them may be sent to."""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise self._silent(error) from error
        addresses = [str(row[4][0]) for row in found]
        for one in addresses:
            ip = ip_of(one) or ipaddress.ip_address("0.0.0.0")  # noqa: S104 - refused below
            if why := refusal(ip, allow_private=self.allow_private, encrypted=encrypted):
                raise ChannelError(
                    "the webhook's address is refused",
                    where=f"receiver {self.name}",
                    why=why,
                    todo="Correct the address; alerts wait in the outbox.",
                )
        return addresses[0]


class _Https(http.client.HTTPSConnection):
    """Connects to `address` and asks for the certificate of `host`."""

    def __init__(self, host: str, address: str, port: int, timeout: float) -> None:
        context = ssl.create_default_context()
        super().__init__(host, port, timeout=timeout, context=context)
        self._address, self._tls = address, context

    def connect(self) -> None:
        plain = socket.create_connection((self._address, self.port), self.timeout)
        self.sock = self._tls.wrap_socket(plain, server_hostname=self.host)


def _host(place: SplitResult, host: str) -> str:
    name = f"[{host}]" if ":" in host else host
    return f"{name}:{place.port}" if place.port else name


def _wait(header: str | None) -> int:
    text = (header or "").strip()
    return min(int(text) * SECOND, HOUR) if text.isdecimal() and len(text) < len("1000000") else 0
