"""Log files of a folder or of an S3 prefix, read one after the other, bounded in number and size."""

import gzip
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reinfra.model import InputError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

MOST_FILES = 10_000
MOST_BYTES = 64 * 2**20
"""Of one file, decompressed."""

_ENDINGS = (".json", ".jsonl", ".json.gz", ".jsonl.gz", ".log", ".log.gz")


def records(place: str, client: "S3Client | None" = None) -> Iterator[dict[str, Any]]:
    """JSON objects of a file, of all files under a folder, or under "s3://bucket/prefix". Raises InputError."""
    contents = _of_s3(place, client) if place.startswith("s3://") else _of_folder(Path(place))
    for name, content in contents:
        yield from _objects(name, content)


def _of_folder(path: Path) -> Iterator[tuple[str, bytes]]:
    files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
    names = [file for file in files if file.name.endswith(_ENDINGS)] if path.is_dir() else files
    if not names:
        raise InputError(
            "no log there", where=str(path), todo=f"Files end with {_ENDINGS[0]} or .gz."
        )
    for file in names[:MOST_FILES]:
        try:
            with file.open("rb") as stream:
                yield str(file), stream.read(MOST_BYTES + 1)
        except OSError as error:
            raise InputError("cannot read the log", where=str(file), why=str(error)) from error


def _of_s3(place: str, client: "S3Client | None") -> Iterator[tuple[str, bytes]]:
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    bucket, _, prefix = place.removeprefix("s3://").partition("/")
    try:
        s3 = client or boto3.Session().client("s3")
        pages = s3.get_paginator("list_objects_v2").paginate(
            Bucket=bucket, Prefix=prefix, PaginationConfig={"MaxItems": MOST_FILES}
        )
        for page in pages:
            for each in page.get("Contents", []):
                if each["Key"].endswith(_ENDINGS) and each["Size"] <= MOST_BYTES:
                    body = s3.get_object(Bucket=bucket, Key=each["Key"])["Body"]
                    yield f"s3://{bucket}/{each['Key']}", body.read(MOST_BYTES + 1)
    except (BotoCoreError, ClientError) as error:
        raise InputError("cannot read the logs", where=place, why=str(error)) from error


def _objects(name: str, content: bytes) -> Iterator[dict[str, Any]]:
    try:
        if content[:2] == b"\x1f\x8b":
            reader = zlib.decompressobj(wbits=31)
            content = reader.decompress(content, MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise InputError("too long", where=name, why=f"more than {MOST_BYTES} bytes")
        for line in content.decode("utf-8-sig").splitlines():
            if line.strip():
                found = json.loads(line)
                yield found if isinstance(found, dict) else {}
    except (ValueError, RecursionError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError("no JSON lines", where=name, why=str(error)[:200]) from error
