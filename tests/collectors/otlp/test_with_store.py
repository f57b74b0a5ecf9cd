"""With the real store behind it: what was acknowledged is there, and what cannot be stored is said."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from collectors.otlp.server import Ports
from collectors.otlp.signals import METRICS, TRACES
from reinfra.model import Batch, Origin, Report
from reinfra.store import Selector, Source, Store, open_store
from reinfra.store.ledger import record
from reinfra.store.quantiles import quantiles
from tests.collectors.otlp import building as make
from tests.collectors.otlp.receiving import post, receiving

MINUTE = 60_000
HOUR = 3_600_000


@pytest.fixture
def recent(sqlite_url: str) -> Iterator[Store]:
    """A store whose clock stands where the samples are."""
    opened = open_store(sqlite_url, clock=lambda: make.AT)
    yield opened
    opened.engine.dispose()


@dataclass(frozen=True, slots=True)
class Behind:
    """A sink that is a store."""

    store: Store

    def deliver(self, given: Batch | Report) -> Mapping[str, int]:
        if isinstance(given, Report):
            record(self.store, "otlp", given, make.AT)
            return {}
        return self.store.write(given, Source("otlp", Origin.LIVE)).refused


@pytest.fixture
def ports(recent: Store) -> Iterator[Ports]:
    with receiving(Behind(recent)) as found:
        yield found


def test_what_was_acknowledged_is_in_the_store(ports: Ports, recent: Store) -> None:
    for minute in range(3):
        points = [
            make.point(float(minute), make.AT - minute * MINUTE, hw_id=f"GPU-{i}")
            for i in range(20)
        ]
        assert post(ports.http, make.metrics(make.gauge("hw.power", *points))).body == b""
    found = recent.samples(recent.series(Selector("hw.power")), make.AT - HOUR, make.AT + 1)
    assert len(found.keys) == 20
    assert {tuple(value) for value in found.value} == {(2.0, 1.0, 0.0)}


def test_what_the_store_refuses_is_rejected_by_its_own_reason(ports: Ports) -> None:
    late = make.metrics(make.gauge("g", make.point(1.0, make.AT + HOUR)))
    partial = METRICS.response.FromString(post(ports.http, late).body).partial_success
    assert partial.rejected_data_points == 1
    assert "far in the future" in partial.error_message


def test_requests_counted_from_spans_have_quantiles(ports: Ports, recent: Store) -> None:
    asked = make.attributes({"gen_ai.operation.name": "chat"})
    for _ in range(3):
        spans = [make.span(make.AT - 30_000, 0.1 * i, attributes=asked) for i in range(1, 11)]
        assert post(ports.http, make.traces(*spans), path=TRACES.path).status == 200
    buckets = recent.series(Selector("gen_ai.client.operation.duration"))
    found = quantiles(recent, buckets, (make.AT - MINUTE, make.AT), MINUTE, 0.5)
    assert (found.count[0, 0], found.low[0, 0], found.high[0, 0]) == (30, 0.32, 0.64)


def test_a_store_that_cannot_write_is_a_reason_to_come_again(
    tmp_path: Path, recent: Store, ports: Ports
) -> None:
    from sqlalchemy import text

    with recent.engine.begin() as connection:
        connection.execute(text("DROP TABLE source"))
    found = post(ports.http, make.metrics(make.gauge("g", make.point())))
    assert (found.status, found.headers["retry-after"]) == (503, "2")
    assert str(tmp_path).encode() not in found.body
