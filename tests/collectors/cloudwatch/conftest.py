"""CloudWatch as moto's server plays it, and as much of it as moto has not, on a client's own wire."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING

import boto3
import pytest
from moto.server import ThreadedMotoServer

from collectors.cloudwatch.collector import CloudWatch
from reinfra.config.sources.cloudwatch import CloudWatchSource
from reinfra.model import MINUTE, SECOND, Batch, Page, Report

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient

SECRET = "a-secret-that-no-message-may-hold"  # noqa: S105
NOW = 1_790_000_040_000 // MINUTE * MINUTE
Open = Callable[..., CloudWatch]


@dataclass(slots=True)
class Cloud:
    """One account of a test."""

    endpoint: str
    client: "CloudWatchClient"

    def put(
        self,
        namespace: str,
        metric: str,
        dimensions: Mapping[str, str],
        values: Mapping[int, float],
    ) -> None:
        """`values` by their times in ms. moto compares dimensions in the order in which they come."""
        pairs = [{"Name": name, "Value": value} for name, value in sorted(dimensions.items())]
        data = [
            {
                "MetricName": metric,
                "Dimensions": pairs,
                "Timestamp": datetime.fromtimestamp(at / SECOND, UTC),
                "Value": value,
            }
            for at, value in values.items()
        ]
        self.client.put_metric_data(Namespace=namespace, MetricData=data)  # type: ignore[arg-type]


@pytest.fixture(scope="package")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=lambda _: None))
    monkeypatch.setattr("botocore.retries.bucket.TokenBucket.acquire", lambda *_, **__: True)


@pytest.fixture
def cloud(endpoint: str) -> Iterator[Cloud]:
    """An account with nothing in it."""
    import httpx

    with httpx.Client(transport=httpx.HTTPTransport()) as client:
        client.post(f"{endpoint}/moto-api/reset")
    made = boto3.session.Session(region_name="eu-central-1").client(
        "cloudwatch", endpoint_url=endpoint
    )
    yield Cloud(endpoint, made)
    made.close()


@pytest.fixture
def opened(endpoint: str) -> Iterator[Open]:
    """Opens a collector of these settings, at NOW or at the clock that is given."""
    made: list[CloudWatch] = []

    def open_(clock: Callable[[], int] = lambda: NOW, **settings: object) -> CloudWatch:
        given = {"presets": [], "region": "eu-central-1", "endpoint_url": endpoint, **settings}
        made.append(CloudWatch.of(CloudWatchSource.model_validate(given), clock))
        return made[-1]

    yield open_
    for each in made:
        each.close()


def taken(source: CloudWatch, cursor: str | None = None) -> tuple[list[Report], list[Page]]:
    given = list(source.resume(cursor))
    reports = [one for one in given if isinstance(one, Report)]
    return reports, [one for one in given if isinstance(one, Page)]


def samples(pages: list[Page]) -> dict[str, dict[int, float]]:
    """Values by time, by `metric` and labels that differ; what reading cost is left out."""
    found: dict[str, dict[int, float]] = {}
    whole = Batch.concat([page.batch for page in pages])
    for series, at, value in zip(whole.series, whole.at, whole.value, strict=True):
        key = whole.keys[series]
        if not key.metric.startswith("reinfra."):
            found.setdefault(str(key), {})[int(at)] = float(value)
    return found
