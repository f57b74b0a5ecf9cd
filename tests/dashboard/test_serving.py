import math

import numpy as np
import pytest
from numpy.typing import ArrayLike

from dashboard.charts.serving import quantile_chart
from dashboard.palette import LIGHT
from dashboard.queries.serving import Group, Histogram, bounds, served, whole
from dashboard.queries.window import Window
from dashboard.tables import serving as tables
from reinfra.model import DAY, MINUTE, Batch, Kind, Origin, SeriesKey
from reinfra.store import Selector, Source, Store

NOW = 1_795_186_800_000
SPAN = Window(NOW - DAY, NOW)
AT = np.arange(NOW - DAY, NOW, 5 * MINUTE, dtype=np.int64)
TTFT = "gen_ai.server.time_to_first_token"
NAMED = {"service.name": "chat", "gen_ai.request.model": "m", "reinfra.prompt.version": "v2"}


def _write(
    store: Store, metric: str, values: ArrayLike, kind: Kind = Kind.GAUGE, **extra: str
) -> None:
    labels = {**NAMED, **{name.replace("_", "."): one for name, one in extra.items()}}
    filled = np.broadcast_to(values, AT.shape).astype(float)
    store.write(
        Batch.of_series(SeriesKey.of(metric, labels, kind, "s"), AT, filled),
        Source("servers", Origin.LIVE),
        watermark=NOW,
    )


@pytest.fixture
def servers(store: Store) -> Store:
    """Two replicas with equal buckets: 90 of 100 requests within 0.1 s, the rest above the last bound."""
    for replica in ("r1", "r2"):
        for bound, many in (("0.1", 90), ("1", 90), ("+Inf", 100)):
            _write(store, TTFT, many, Kind.PERIOD_COUNT, le=bound, service_instance_id=replica)
    _write(store, "gen_ai.server.request.errors", 5, Kind.PERIOD_COUNT)
    _write(store, "gen_ai.server.request.count", 200, Kind.PERIOD_COUNT)
    _write(store, "gen_ai.server.queue.time", 0.02)
    return store


def test_a_quantile_is_the_bounds_of_its_bucket_over_all_replicas(servers: Store) -> None:
    found = served(servers, servers.series(Selector()), SPAN)
    assert found is not None
    table = tables.latencies(found).set_index("measure")
    first = table.loc["time to first token"]
    assert (first["p50"], first["p95"]) == ("0 s to 100 ms", "above 1 s")
    assert first["requests"] == f"{200 * AT.size:,}"
    assert (first["model"], first["prompt version"]) == ("m", "v2")
    assert table.loc["time in queue"]["note"] == "no buckets, so no quantile; mean 20 ms"
    (row,) = tables.work(found).to_dict("records")
    assert row["failed share"] == "2.5 %"
    assert row["KV cache, mean (most)"] == "unknown"
    (histogram,) = found.histograms.values()
    chart = quantile_chart(found.at, {"p95": bounds(histogram, 0.95)}, LIGHT)
    assert "above the highest bound" in chart.note


def test_replicas_with_other_buckets_are_not_added_up(servers: Store) -> None:
    _write(servers, TTFT, 3, Kind.PERIOD_COUNT, le="+Inf", service_instance_id="r3")
    found = served(servers, servers.series(Selector()), SPAN)
    assert found is not None
    assert not found.histograms
    assert found.groups == (Group("chat", "m", "v2"),)


def test_without_a_request_there_is_no_quantile() -> None:
    empty = Histogram(np.array([0.1, math.inf]), np.array([[0.0, math.nan], [0.0, math.nan]]))
    assert np.isnan(bounds(empty, 0.5).low).all()
    assert math.isnan(bounds(whole(empty), 0.5).high[0])
