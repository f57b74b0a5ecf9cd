"""Devices: what is unknown stays unknown, what is idle is counted, and who is apart is seen."""

import math

import numpy as np
import pytest
from numpy.typing import ArrayLike

from dashboard.charts.devices import faults_chart, funnel_chart
from dashboard.palette import LIGHT
from dashboard.queries.device_faults import faults, throttling
from dashboard.queries.device_money import idle_cost
from dashboard.queries.device_peers import peers
from dashboard.queries.devices import GPU, NEURON, funnel, idle, use
from dashboard.queries.window import Window
from dashboard.tables import devices as tables
from reinfra.gaps.prices import Price
from reinfra.model import DAY, HOUR, MINUTE, Batch, Kind, Origin, SeriesKey
from reinfra.store import Selector, Source, Store

NOW = 1_795_186_800_000
SPAN = Window(NOW - DAY, NOW)
AT = np.arange(NOW - DAY, NOW, 5 * MINUTE, dtype=np.int64)


def _write(
    store: Store, metric: str, device: str, values: ArrayLike, kind: Kind = Kind.GAUGE, **extra: str
) -> None:
    labels = {
        "host.name": "h",
        "hw.id": device,
        **{name.replace("_", "."): one for name, one in extra.items()},
    }
    batch = Batch.of_series(
        SeriesKey.of(metric, labels, kind), AT, np.broadcast_to(values, AT.shape).astype(float)
    )
    store.write(batch, Source("gpus", Origin.LIVE), watermark=NOW)


@pytest.fixture
def gpus(store: Store) -> Store:
    """Three GPUs: one works, one is held and idle, and of the third only the temperature is known."""
    for device, busy, held in (("g0", 0.8, 1), ("g1", 0.0, 1)):
        _write(store, "hw.gpu.utilization", device, busy)
        _write(store, "hw.gpu.process.count", device, held)
    for device, degrees in (("g0", 60), ("g1", 62), ("g2", 90)):
        _write(store, "hw.temperature", device, degrees)
    codes = np.where(AT >= NOW - 6 * HOUR, 79, 0)
    _write(store, "hw.gpu.xid", "g1", codes, Kind.LATCHED)
    _write(store, "hw.gpu.clock.reduced", "g0", 0.5, hw_gpu_clock_reason="sw_power_cap")
    _write(store, "hw.gpu.clock.reduced", "g1", 1.0, hw_gpu_clock_reason="gpu_idle")
    return store


def test_the_funnel_says_what_nobody_told(gpus: Store) -> None:
    fleet = gpus.series(Selector())
    found = use(gpus, fleet, GPU, SPAN)
    assert found is not None
    total, allocated, busy, effective = funnel(found)
    assert (total.value, allocated.value) == (3, 3)  # two said so, the third is taken to be alike
    assert allocated.known == pytest.approx(2 / 3)
    assert busy.value == pytest.approx(1.2)
    assert math.isnan(effective.value)
    assert "hw.gpu.tensor.utilization" in effective.why
    assert use(gpus, fleet, NEURON, SPAN) is None
    bars = funnel_chart(funnel(found), LIGHT).option["series"][0]["data"]
    assert bars[3]["label"]["formatter"] == "unknown"
    assert tables.stages(funnel(found))["devices"].tolist()[-1] == "unknown"


def test_idle_time_costs_what_its_host_costs_and_nothing_is_made_up(gpus: Store) -> None:
    found = use(gpus, gpus.series(Selector()), GPU, SPAN)
    assert found is not None
    assert idle(found).share == pytest.approx(0.5)
    assert idle(found).held == pytest.approx(0.5)
    prices = {"p9": Price(10.0, "a list")}
    assert idle_cost(found, {"h": "p9"}, prices).usd == pytest.approx(120, rel=0.05)
    unknown = idle_cost(found, {}, prices)
    assert math.isnan(unknown.usd)
    assert unknown.why.startswith("1 of 1 hosts")


def test_an_xid_is_an_event_when_it_changes_and_idle_clocks_are_no_throttling(gpus: Store) -> None:
    fleet = gpus.series(Selector())
    found = faults(gpus, fleet, GPU, SPAN)
    (event,) = found.found
    assert event.kind.startswith("XID 79")
    assert event.device == ("h", "g1")
    assert NOW - 7 * HOUR < event.at <= NOW - 6 * HOUR
    assert faults_chart(found, LIGHT).alt.startswith("1 event ")
    (only,) = throttling(gpus, fleet, SPAN)
    assert (only.reason, only.devices) == ("sw_power_cap", 1)
    assert only.share == pytest.approx(0.5)


def test_a_device_stands_beside_the_median_of_the_others(gpus: Store) -> None:
    found = peers(gpus, gpus.series(Selector()), GPU, "h", SPAN)
    heat = next(one for one in found.signals if one.key.metric == "hw.temperature")
    assert heat.siblings.tolist() == [76, 75, 61]
    table = tables.peers(found)
    assert table["farthest apart"].tolist()[2] == "Temperature +48%"
    assert table["GPU busy"].tolist()[2] == "unknown"
