from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.resources import Resource

from collectors.nvidia.collector import Nvidia
from collectors.otel_reader import to_batch
from reinfra.model import Batch, Kind, Origin, SeriesKey
from tests.collectors.nvidia.looking import HOST, collect, collector
from tests.collectors.nvidia.replayed import NVML, Replayed


def values(batch: Batch) -> dict[SeriesKey, float]:
    return dict(zip(batch.keys, batch.value.tolist(), strict=True))


@contextmanager
def exported(nvidia: Nvidia) -> Iterator[InMemoryMetricReader]:
    reader = InMemoryMetricReader()
    provider = MeterProvider([reader], Resource({"host.name": HOST}), shutdown_on_exit=False)
    nvidia.instrument(provider)
    yield reader
    provider.shutdown()


def test_opentelemetry_gives_the_same_series_and_numbers_as_a_collection() -> None:
    nvml = Replayed.of("a100-sxm4-v12", gpus=2)
    with exported(collector(nvml)) as reader:
        batch = to_batch(reader.get_metrics_data(), Origin.LIVE, 7)
    assert values(batch) == values(collect(collector(nvml)).batch)
    assert np.all(batch.at == 7)
    kinds = {key.metric: key.kind for key in batch.keys}
    assert kinds["hw.gpu.ecc.errors"] is Kind.COUNTER
    assert kinds["hw.gpu.memory.usage"] is Kind.GAUGE


def test_a_collection_of_a_reader_is_one_sweep() -> None:
    nvml = Replayed.of("a10g")
    with exported(collector(nvml)) as reader:
        reader.get_metrics_data()
        calls = nvml.calls
        reader.get_metrics_data()
        swept = nvml.calls - calls
    assert swept < 45  # less than one call for each of its 54 series


def test_events_are_a_running_total_for_opentelemetry_and_a_period_for_the_store() -> None:
    nvml = Replayed.of("a10g")
    nvidia = collector(nvml)
    with exported(nvidia) as reader:
        totals = []
        for _ in range(3):
            nvml.happens(0, 79)
            batch = to_batch(reader.get_metrics_data(), Origin.LIVE)
            totals += [v for key, v in values(batch).items() if key.metric == "hw.gpu.xid.events"]
        assert totals == [1, 2, 3]
        assert collect(nvidia).value("hw.gpu.xid.events") == 3  # none is lost to the other reader
        assert collect(nvidia).value("hw.gpu.xid.events") == 0


def test_what_is_lost_ends_for_opentelemetry_too() -> None:
    nvml = Replayed.of("a10g", gpus=2)
    nvidia = collector(nvml)
    with exported(nvidia) as reader:
        both = len(to_batch(reader.get_metrics_data(), Origin.LIVE))
        nvml.fail[nvml.gpus[0].uuid, ""] = NVML.NVML_ERROR_GPU_IS_LOST
        assert len(to_batch(reader.get_metrics_data(), Origin.LIVE)) == both // 2
        nvml.fail["", "nvmlEventSetWait_v2"] = NVML.NVML_ERROR_UNINITIALIZED
        assert len(to_batch(reader.get_metrics_data(), Origin.LIVE)) == 0
