"""OTLP/gRPC. Sections are those of the OTLP specification.

A request is one message, and is read as a stream of one: so its sender is known, and a place kept for it,
before its bytes are.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any, NoReturn

import grpc
import grpc.aio

from collectors.otlp.gate import Gate
from collectors.otlp.intake import Intake
from collectors.otlp.protobuf import Message
from collectors.otlp.replies import bad_request, come_again, retry_info, status
from collectors.otlp.signals import SIGNALS, Signal
from collectors.otlp.token import Token
from collectors.otlp.wire import MalformedError, TooLargeError
from reinfra.model import ReinfraError

Context = grpc.aio.ServicerContext[bytes, bytes]
Export = Callable[[AsyncIterator[bytes], Context], Awaitable[bytes]]


@dataclass(frozen=True, slots=True)
class RpcService:
    """`timeout` (s) is how long a request may take to arrive."""

    intake: Intake
    token: Token
    gate: Gate
    pool: Executor
    timeout: float

    def handlers(self) -> "list[grpc.GenericRpcHandler[Any, Any]]":
        return [
            grpc.method_handlers_generic_handler(
                signal.service,
                {"Export": grpc.stream_unary_rpc_method_handler(self._export(signal))},
            )
            for signal in SIGNALS
        ]

    def _export(self, signal: Signal) -> Export:
        async def export(requests: AsyncIterator[bytes], context: Context) -> bytes:
            await self._authenticate(context)
            try:
                with self.gate.work():
                    message = await self._taken(signal, requests)
            except MalformedError as error:
                await _abort(context, grpc.StatusCode.INVALID_ARGUMENT, bad_request(str(error)))
            except TooLargeError as error:  # without RetryInfo: sending it again is no use
                await _abort(context, grpc.StatusCode.RESOURCE_EXHAUSTED, status(str(error)))
            except TimeoutError:
                said = f"the request did not arrive within {self.timeout:g} s"
                await _abort(context, grpc.StatusCode.UNAVAILABLE, come_again(said))
            except ReinfraError as error:  # overloaded, or the store cannot write now
                await _abort(context, grpc.StatusCode.UNAVAILABLE, come_again(error.what))
            return bytes(message.SerializeToString())

        return export

    async def _taken(self, signal: Signal, requests: AsyncIterator[bytes]) -> Message:
        async with asyncio.timeout(self.timeout):
            data = await anext(requests, None)
        if data is None:
            raise MalformedError("no message came")
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.pool, self.intake.take, signal, data)

    async def _authenticate(self, context: Context) -> None:
        sent = dict(context.invocation_metadata() or ()).get("authorization", "")
        if not self.token.admits(sent if isinstance(sent, str) else ""):
            said = status("a bearer token is needed")
            await _abort(context, grpc.StatusCode.UNAUTHENTICATED, said)


async def _abort(context: Context, code: grpc.StatusCode, found: Message) -> NoReturn:
    """Ends the call. It says when to come again in the standard place, and where Python's exporter looks."""
    found.code = code.value[0]
    details = [("grpc-status-details-bin", found.SerializeToString())]
    if code is grpc.StatusCode.UNAVAILABLE:
        details.append(("google.rpc.retryinfo-bin", retry_info().SerializeToString()))
    await context.abort(code, found.message, tuple(details))
    raise AssertionError("abort does not return")  # pragma: no cover
