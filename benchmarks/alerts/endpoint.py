"""An endpoint that takes everything at once: Amazon SNS's PublishBatch, and webhooks. On the loopback interface.

`python -m benchmarks.alerts.endpoint FILE` prints its port, and writes a line per message: topic, key,
deduplication id, ns.
"""

import asyncio
import functools
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO
from urllib.parse import parse_qs

_ANSWER = (
    "<PublishBatchResponse xmlns='http://sns.amazonaws.com/doc/2010-03-31/'><PublishBatchResult>"
    "<Failed/><Successful>{}</Successful></PublishBatchResult>"
    "<ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></PublishBatchResponse>"
)
_ENTRY = "<member><Id>{0}</Id><MessageId>m-{0}</MessageId></member>"


async def _serve(out: TextIO, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            body = await reader.readexactly(_length(head))
            now = time.time_ns()
            answer, lines = _taken(head, body)
            out.writelines(f"{line} {now}\n" for line in lines)
            out.flush()
            writer.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: %d\r\n\r\n%s"
                % (len(answer), answer)
            )
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


def _length(head: bytes) -> int:
    lines = head.lower().split(b"\r\n")
    return next(int(line.split(b":")[1]) for line in lines if line.startswith(b"content-length"))


def _taken(head: bytes, body: bytes) -> tuple[bytes, list[str]]:
    """The answer, and what came."""
    if b"webhook-id: " in head:
        return b"", [f"hook {head.split(b'webhook-id: ')[1].split(bytes([13, 10]))[0].decode()} -"]
    given = parse_qs(body.decode())
    ids = [values[0] for name, values in given.items() if name.endswith(".Id")]
    topic = given["TopicArn"][0].rpartition(":")[2]
    lines = [f"{topic} {key} {dedup}" for key, dedup in _entries(given)]
    return _ANSWER.format("".join(map(_ENTRY.format, ids))).encode(), lines


def _entries(given: dict[str, list[str]]) -> Iterator[tuple[str, str]]:
    """The dedup_key attribute and the deduplication id of each entry."""
    for name, values in given.items():
        if values == ["dedup_key"]:
            entry = name.partition(".MessageAttributes")[0]
            key = given[name.removesuffix("Name") + "Value.StringValue"][0]
            yield key, given.get(f"{entry}.MessageDeduplicationId", ["-"])[0]


@contextmanager
def endpoint(lines: Path) -> Iterator[str]:
    """The address of one in a process of its own, which writes what comes to `lines`."""
    command = [sys.executable, "-m", "benchmarks.alerts.endpoint", str(lines)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield f"http://127.0.0.1:{(process.stdout or sys.stdin).readline().strip()}/"
        finally:
            process.terminate()


async def _main(out: TextIO) -> None:
    serve = functools.partial(_serve, out)
    server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=2**24)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    with Path(sys.argv[1]).open("w") as out_:
        asyncio.run(_main(out_))
