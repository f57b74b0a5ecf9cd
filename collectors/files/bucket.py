"""Objects of an S3 bucket, by prefix or pattern."""

import fnmatch
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from collectors.base import CollectorError
from collectors.files.place import Entry, FileError
from reinfra.config.sources.files import FilesSource

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

SCHEME = "s3://"
_WILD = re.compile(r"[*?\[]")
_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Bucket:
    """Reads only the version of an object that was listed: a part of another would fit nothing."""

    client: "S3Client"
    bucket: str
    pattern: str

    @classmethod
    def of(cls, address: str, settings: FilesSource) -> "Bucket":
        """`s3://bucket/prefix`. Credentials come from AWS's own chain."""
        bucket, _, pattern = address.removeprefix(SCHEME).partition("/")
        if not bucket:
            raise CollectorError("names no bucket", where=address, todo="Write s3://bucket/prefix.")
        return cls(_client(settings), bucket, pattern)

    def close(self) -> None:
        self.client.close()

    def entries(self) -> Iterator[Entry]:
        wild = _WILD.search(self.pattern)
        prefix = self.pattern[: wild.start()] if wild else self.pattern
        wanted = re.compile(fnmatch.translate(self.pattern)) if wild else None
        with _explained(f"{SCHEME}{self.bucket}", CollectorError):
            pages = self.client.get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self.bucket, Prefix=prefix):
                for one in page.get("Contents", []):
                    if (wanted and not wanted.match(one["Key"])) or one["Key"].endswith("/"):
                        continue
                    modified = int(one["LastModified"].timestamp() * 1000)
                    path = f"{SCHEME}{self.bucket}/{one['Key']}"
                    yield Entry(path, one["Size"], modified, one["ETag"])

    def read(self, entry: Entry, offset: int, length: int) -> bytes:
        length = min(length, entry.size - offset)
        if length <= 0:
            return b""
        key = entry.path.removeprefix(f"{SCHEME}{self.bucket}/")
        part = f"bytes={offset}-{offset + length - 1}"
        with _explained(entry.path, FileError):
            found = self.client.get_object(
                Bucket=self.bucket, Key=key, Range=part, IfMatch=entry.version
            )
            with found["Body"] as body:
                return body.read(length)


def _client(settings: FilesSource) -> "S3Client":
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError

    config = Config(
        connect_timeout=settings.timeout,
        read_timeout=settings.timeout,
        retries={"total_max_attempts": _ATTEMPTS, "mode": "standard"},
    )
    try:
        return boto3.Session().client(
            "s3",
            region_name=settings.region or None,
            endpoint_url=settings.endpoint_url or None,
            config=config,
        )
    except (BotoCoreError, ValueError) as error:
        raise CollectorError("S3 cannot be used", why=str(error)) from error


@contextmanager
def _explained(where: str, kind: type[CollectorError]) -> Iterator[None]:
    """AWS's errors as ours: its code and message, which hold no credentials."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        said = error.response.get("Error", {})
        why = f"{said.get('Code', '')}: {said.get('Message', '')}"
        raise kind("S3 refused", where=where, why=why) from error
    except BotoCoreError as error:
        raise kind("S3 does not answer", where=where, why=str(error)) from error
