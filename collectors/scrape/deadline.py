"""One deadline for a whole request: whatever the other side does, it ends.

A time-out for each read is not enough: a server that sends a byte a second keeps to it for ever. So each
wait, also for the next byte of a header, is given what is left of the whole.
"""

import ssl
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import httpcore

_SocketOptions = Iterable[tuple[Any, ...]]


@dataclass(slots=True)
class Deadline:
    """`begin` starts it anew, `left` says how many seconds remain."""

    monotonic: Callable[[], float] = time.monotonic
    _ends: float = 0.0

    def begin(self, seconds: float) -> None:
        self._ends = self.monotonic() + seconds

    def left(self) -> float:
        """Raises httpcore.ReadTimeout when it has passed."""
        left = self._ends - self.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the time for the whole request is over")
        return left


@dataclass(slots=True)
class Backend(httpcore.NetworkBackend):
    """The network as httpcore knows it, with every wait bounded by the deadline."""

    deadline: Deadline
    inner: httpcore.NetworkBackend = field(default_factory=httpcore.SyncBackend)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: _SocketOptions | None = None,
    ) -> httpcore.NetworkStream:
        left = _least(self.deadline, timeout)
        stream = self.inner.connect_tcp(host, port, left, local_address, socket_options)
        return _Stream(self.deadline, stream)

    def sleep(self, seconds: float) -> None:
        self.inner.sleep(min(seconds, self.deadline.left()))


@dataclass(slots=True)
class _Stream(httpcore.NetworkStream):
    deadline: Deadline
    inner: httpcore.NetworkStream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self.inner.read(max_bytes, _least(self.deadline, timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.inner.write(buffer, _least(self.deadline, timeout))

    def close(self) -> None:
        self.inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = _least(self.deadline, timeout)
        return _Stream(self.deadline, self.inner.start_tls(ssl_context, server_hostname, left))

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - httpcore's signature
        return self.inner.get_extra_info(info)


def _least(deadline: Deadline, timeout: float | None) -> float:
    left = deadline.left()
    return left if timeout is None else min(left, timeout)
