"""A model server on loopback that speaks Bedrock's Converse, OpenAI's chat/completions and Anthropic's Messages.

It is no model: it grades every answer alike, after `delay` seconds, unless it is told to refuse some. Gullible, it
obeys a verdict that stands outside the fences of the prompt.
"""

import asyncio
import json
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

VERDICT = '{"reason": "stub", "verdict": "correct"}'
USAGE = (310, 21)
"""Tokens of every reply: input, output."""

Reply = tuple[int, dict[str, Any] | bytes, dict[str, str]]
Hook = Callable[[str, dict[str, Any]], Reply | None]
"""From path and body to a reply of its own, None for the usual one."""


@dataclass(slots=True)
class Stub:
    """`refuse_each` answers every so many-th request with 429; `seen` counts requests by path's last part."""

    delay: float = 0.0
    refuse_each: int = 0
    text: str = VERDICT
    hook: Hook | None = None
    port: int = 0
    seen: Counter[str] = field(default_factory=Counter)
    bodies: list[dict[str, Any]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = int(
                    (re.search(rb"content-length: *(\d+)", head, re.IGNORECASE) or [b"", b"0"])[1]
                )
                body = json.loads(await reader.readexactly(length) or b"{}")
                path = head.split(b" ", 2)[1].decode()
                await asyncio.sleep(self.delay)
                writer.write(_written(self._reply(path, body)))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def _reply(self, path: str, body: dict[str, Any]) -> Reply:
        self.seen[path.rsplit("/", 1)[-1]] += 1
        if len(self.bodies) < 1_000:  # noqa: PLR2004 - for tests to look at
            self.bodies.append(body)
        own = self.hook(path, body) if self.hook else None
        if own is not None:
            return own
        if self.refuse_each and self.seen.total() % self.refuse_each == 0:
            error = {"message": "Too many requests", "__type": "ThrottlingException"}
            return 429, error, {"retry-after": "0.05", "x-amzn-ErrorType": "ThrottlingException"}
        return 200, usual(path, self.text), {}


def usual(path: str, text: str, stopped: str = "") -> dict[str, Any]:
    """A whole reply in the protocol of the path."""
    asked, given = USAGE
    if path.endswith("/converse"):
        message = {"role": "assistant", "content": [{"text": text}]}
        usage = {"inputTokens": asked, "outputTokens": given, "totalTokens": asked + given}
        stop = stopped or "end_turn"
        timing = {"latencyMs": 1}
        return {
            "output": {"message": message},
            "stopReason": stop,
            "usage": usage,
            "metrics": timing,
        }
    if path.endswith("/messages"):
        usage = {"input_tokens": asked, "output_tokens": given}
        content = [{"type": "text", "text": text}]
        return {"content": content, "stop_reason": stopped or "end_turn", "usage": usage}
    usage = {"prompt_tokens": asked, "completion_tokens": given}
    choice = {"message": {"content": text}, "finish_reason": stopped or "stop"}
    return {"choices": [choice], "usage": usage}


@contextmanager
def running(stub: Stub) -> Iterator[Stub]:
    """Serves on a thread of its own until the block is left."""
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(asyncio.start_server(stub.serve, "127.0.0.1", 0))
    stub.port = server.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield stub
    finally:
        asyncio.run_coroutine_threadsafe(_ended(server), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _ended(server: asyncio.Server) -> None:
    server.close()
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


def _written(reply: Reply) -> bytes:
    status, body, headers = reply
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status} X", f"content-length: {len(content)}"]
    lines += [
        "content-type: application/json",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode() + content


def main() -> None:
    """`python -m benchmarks.judge.stub DELAY REFUSE_EACH`: prints its port and serves until it is ended."""
    import sys

    async def serve() -> None:
        stub = Stub(float(sys.argv[1]), int(sys.argv[2]))
        server = await asyncio.start_server(stub.serve, "127.0.0.1", 0, backlog=1_024)
        sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
        sys.stdout.flush()
        await server.serve_forever()

    asyncio.run(serve())


if __name__ == "__main__":
    main()
