"""Both servers on one event loop, on a thread of its own."""

import asyncio
import threading
from collections.abc import AsyncIterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import grpc.aio

from collectors.base import CollectorError
from collectors.otlp.gate import BODIES, Gate
from collectors.otlp.http import HttpApp
from collectors.otlp.intake import Intake
from collectors.otlp.ports import add_grpc_port, http_server, listening
from collectors.otlp.rpc import RpcService
from collectors.otlp.token import Token
from reinfra.config.sources import OtlpSource

_THREADS = 4
"""One decodes while others wait for the store."""
_GOODBYE = 5.0


@dataclass(frozen=True, slots=True)
class Ports:
    """Where it listens, 0 where it does not."""

    http: int
    grpc: int


@dataclass(slots=True)
class Server:
    """Listens from `start` to `stop`."""

    settings: OtlpSource
    intake: Intake
    token: Token
    _thread: threading.Thread | None = None
    _stop: "Future[None] | None" = None

    def start(self) -> Ports:
        """Returns when both ports are listened on. Raises CollectorError."""
        ready: Future[Ports] = Future()
        self._stop = Future()
        self._thread = threading.Thread(
            target=self._run, args=(ready, self._stop), name=self.settings.name, daemon=True
        )
        self._thread.start()
        return ready.result()

    def stop(self) -> None:
        """Answers what is open, and ends."""
        if self._thread is not None and self._stop is not None and self._thread.is_alive():
            self._stop.set_result(None)
            self._thread.join(self.settings.timeout + _GOODBYE)
        self._thread = None

    def _run(self, ready: "Future[Ports]", stop: "Future[None]") -> None:
        try:
            asyncio.run(self._serve(ready, stop))
        except CollectorError as error:
            ready.set_exception(error)
        finally:
            ready.cancel()  # so that whoever waits for it hears of any other end

    async def _serve(self, ready: "Future[Ports]", stop: "Future[None]") -> None:
        with ThreadPoolExecutor(_THREADS, self.settings.name) as pool:
            async with AsyncExitStack() as stack:
                http = await stack.enter_async_context(self._http(pool))
                grpc_port = await stack.enter_async_context(self._grpc(pool))
                ready.set_result(Ports(http, grpc_port))
                await asyncio.wrap_future(stop)

    @asynccontextmanager
    async def _http(self, pool: Executor) -> AsyncIterator[int]:
        settings = self.settings
        if not settings.http:
            yield 0
            return
        gate = self._gate()
        app = HttpApp(self.intake, self.token, gate, pool, settings.max_bytes, settings.timeout)
        server = http_server(app, settings)
        with listening(settings.http) as bound:
            serving = asyncio.create_task(server.serve([bound]))
            try:
                yield int(bound.getsockname()[1])
            finally:
                server.should_exit = True
                await serving

    @asynccontextmanager
    async def _grpc(self, pool: Executor) -> AsyncIterator[int]:
        settings = self.settings
        if not settings.grpc:
            yield 0
            return
        options = [
            ("grpc.max_receive_message_length", settings.max_bytes),
            ("grpc.so_reuseport", 0),  # else two receivers would share a port without knowing
            ("grpc.max_concurrent_streams", settings.max_concurrent),
        ]
        server = grpc.aio.server(options=options)
        service = RpcService(self.intake, self.token, self._gate(), pool, settings.timeout)
        server.add_generic_rpc_handlers(tuple(service.handlers()))
        port = add_grpc_port(server, settings)
        await server.start()
        try:
            yield port
        finally:
            await server.stop(settings.timeout)

    def _gate(self) -> Gate:
        return Gate(self.settings.max_concurrent, BODIES * self.settings.max_bytes)
