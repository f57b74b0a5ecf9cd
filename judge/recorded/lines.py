"""JSON objects from a file of lines that may be gzipped, damaged, or hostile."""

import gzip
import hashlib
import json
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, BinaryIO, TypeVar, cast

from reinfra.model import InputError

LONGEST_LINE = 4 * 2**20
MOST_BYTES = 2**30
"""Of text after decompression, so that a small file cannot fill the memory."""

MOST_ROWS = 2_000_000

_HALF = rb"\ud"

Row = dict[str, Any]
T = TypeVar("T")


def read_rows(path: Path, parse: Callable[[Row], T]) -> list[T]:
    """`parse` applied to each line's object, in order; blank lines are skipped.

    Raises InputError with the file, the line and the reason when it cannot be read, when a line is not a
    JSON object, or when `parse` raises KeyError, TypeError or ValueError.
    """
    results: list[T] = []
    for number, line in _lines(path):
        where = f"{path}, line {number}"
        if len(results) == MOST_ROWS:
            raise InputError("too long", where=where, why=f"more than {MOST_ROWS} lines")
        row = _object(line, where)
        try:
            results.append(parse(row))
        except KeyError as error:
            raise InputError("not a graded item", where=where, why=f"no {error} in it") from error
        except (TypeError, ValueError, AttributeError) as error:
            raise InputError("not a graded item", where=where, why=str(error)) from error
    if not results:
        raise InputError("no graded item in the file", where=str(path))
    return results


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    total = 0
    try:
        with _opened(path) as stream:
            for number, line in enumerate(iter(lambda: stream.readline(LONGEST_LINE + 1), b""), 1):
                total += len(line)
                if len(line) > LONGEST_LINE or total > MOST_BYTES:
                    reason = f"more than {LONGEST_LINE} bytes in a line or {MOST_BYTES} in all"
                    raise InputError("too long", where=f"{path}, line {number}", why=reason)
                if line.strip():
                    yield number, line
    except (OSError, EOFError, zlib.error) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise InputError("cannot read the verdicts", where=str(path), why=why) from error


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """By content, not by name: gzip starts with 1f 8b (RFC 1952). Opened once, so a pipe will do."""
    with ExitStack() as opened:
        stream = opened.enter_context(path.open("rb"))
        if stream.peek(2)[:2] == b"\x1f\x8b":
            yield cast("BinaryIO", opened.enter_context(gzip.GzipFile(fileobj=stream)))
        else:
            yield stream


def _object(line: bytes, where: str) -> Row:
    try:
        row = json.loads(line.decode("utf-8-sig"))
        if _HALF in line.lower():  # half a character, which no database takes
            json.dumps(row, ensure_ascii=False).encode("utf-8")
    except RecursionError:
        raise InputError("not JSON", where=where, why="nested too deeply") from None
    except ValueError as error:
        raise InputError("not JSON", where=where, why=str(error)) from error
    if not isinstance(row, dict):
        raise InputError("not a JSON object", where=where, why=f"it is a {type(row).__name__}")
    return row


def text(row: Row, name: str) -> str:
    """The field as text; a number is taken for its digits. Raises ValueError for anything else."""
    value = row[name]
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError(f"{name} is {type(value).__name__}, not text")  # noqa: TRY004 - one kind
    return str(value)


def sha256(*contents: object) -> str:
    """A name for these texts; length-prefixed, so that no two lists of texts read the same.

    Recorded answers such as "False" and "42" sit in some files as JSON's own false and 42.
    """
    digest = hashlib.sha256()
    for content in contents:
        written = content if isinstance(content, str) else json.dumps(content, sort_keys=True)
        raw = written.encode("utf-8", "surrogatepass")
        digest.update(len(raw).to_bytes(8, "little") + raw)
    return digest.hexdigest()
