"""Files on S3, against moto's server on the loopback interface."""

import gzip
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
import pyarrow as pa
import pyarrow.parquet
import pytest
from moto.server import ThreadedMotoServer

from collectors.base import CollectorError
from tests.collectors.files.reading import LATER, Reading, read, source

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

START = 1_577_836_800
SECRET = "a-secret-that-no-message-may-hold"  # noqa: S105


@dataclass(frozen=True, slots=True)
class Cloud:
    endpoint: str
    client: "S3Client"

    def put(self, key: str, body: str | bytes) -> None:
        content = body.encode() if isinstance(body, str) else body
        self.client.put_object(Bucket="data", Key=key, Body=content)

    def read(self, path: str, cursor: str | None = None, **given: Any) -> Reading:  # noqa: ANN401 - settings
        return read(path, cursor, endpoint_url=self.endpoint, region="us-east-1", **given)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto.start()
    host, port = moto.get_host_and_port()
    yield f"http://{host}:{port}"
    moto.stop()


@pytest.fixture
def cloud(server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    client = boto3.client("s3", endpoint_url=server, region_name="us-east-1")
    client.create_bucket(Bucket="data")
    yield Cloud(server, client)
    for one in client.list_objects_v2(Bucket="data").get("Contents", []):
        client.delete_object(Bucket="data", Key=one["Key"])
    client.close()


def line(row: int) -> str:
    return f"{START + row},{row}\n"


def at(*rows: int) -> dict[str, dict[int, float]]:
    return {"v": {(START + row) * 1000: float(row) for row in rows}}


def test_an_object_that_is_written_again_longer_is_read_on(cloud: Cloud) -> None:
    cloud.put("runs/a.csv", "time,v\n" + line(1))
    first = cloud.read("s3://data/runs")
    assert first.samples == at(1)
    assert cloud.read("s3://data/runs", first.cursor).pages == 0
    cloud.put("runs/a.csv", "time,v\n" + line(1) + line(2))
    second = cloud.read("s3://data/runs", first.cursor)
    assert second.samples == at(2)
    cloud.put("runs/a.csv", "time,v\n" + line(3))
    assert cloud.read("s3://data/runs", second.cursor).samples == at(3)


def test_objects_are_chosen_by_prefix_or_pattern(cloud: Cloud) -> None:
    cloud.put("runs/a.csv", "time,v\n" + line(1))
    cloud.put("runs/b/c.csv.gz", gzip.compress(("time,v\n" + line(2)).encode()))
    cloud.put("runs/d.txt", "neither")
    cloud.put("other/e.csv", "time,v\n" + line(3))
    assert cloud.read("s3://data/runs/*.csv*").samples == at(1, 2)
    assert cloud.read("s3://data/other/").samples == at(3)


def test_parquet_is_read_by_ranges(cloud: Cloud) -> None:
    buffer = io.BytesIO()
    pa.parquet.write_table(pa.table({"time": [START, START + 1], "v": [0.0, 1.0]}), buffer)
    cloud.put("a.parquet", buffer.getvalue())
    assert cloud.read("s3://data/a.parquet").samples == at(0, 1)


def test_an_object_replaced_while_it_is_read_ends_that_file_only(cloud: Cloud) -> None:
    cloud.put("a.csv", "time,v\n" + "".join(map(line, range(20))))
    settings = {"endpoint_url": cloud.endpoint, "region": "us-east-1"}
    given = source("s3://data/a.csv", page=64, now=LATER, **settings).resume(None)
    first = next(given)
    cloud.put("a.csv", "time,v\n" + line(99))
    with pytest.raises(CollectorError, match="PreconditionFailed"):
        list(given)
    again = cloud.read("s3://data/a.csv", first.cursor)  # type: ignore[union-attr]
    assert again.samples == at(99)


def test_a_bucket_that_is_not_there_is_an_error_without_secrets(cloud: Cloud) -> None:
    with pytest.raises(CollectorError, match=r"s3://nowhere: S3 refused: NoSuchBucket") as caught:
        cloud.read("s3://nowhere/x")
    assert SECRET not in str(caught.value)
    cloud.put("a.csv", "time,v\n" + line(1))
    both = cloud.read(["s3://nowhere/x", "s3://data/a.csv"])  # type: ignore[arg-type]
    assert both.samples == at(1)
    assert "NoSuchBucket" in both.reasons[0]


def test_an_endpoint_that_does_not_answer_is_an_error_in_time(cloud: Cloud) -> None:
    del cloud
    with pytest.raises(CollectorError, match="S3 does not answer"):
        read("s3://data/a", endpoint_url="http://127.0.0.1:9", region="us-east-1", timeout=0.5)
