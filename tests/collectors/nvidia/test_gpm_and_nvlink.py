"""No report of nvidia-smi has GPM metrics or NVLinks: the numbers here are invented, their layout is NVML's."""

import pytest

from collectors.nvidia import gpm
from collectors.nvidia.device import REPLAN
from reinfra.model import MINUTE, Coverage
from tests.collectors.nvidia.looking import collect, collector, seen
from tests.collectors.nvidia.replayed import NVML, Replayed

MIBIBYTE = 1024**2


@pytest.fixture
def _no_spacing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpm, "SPACING", 0.0)


def hopper() -> Replayed:
    nvml = Replayed.of("a10g")
    nvml.gpus[0].gpm = {
        NVML.NVML_GPM_METRIC_SM_UTIL: 87.5,
        NVML.NVML_GPM_METRIC_ANY_TENSOR_UTIL: 31.0,
        NVML.NVML_GPM_METRIC_FP32_UTIL: 12.0,
        NVML.NVML_GPM_METRIC_PCIE_TX_PER_SEC: 2.0,
        NVML.NVML_GPM_METRIC_DRAM_BW_UTIL: float("nan"),
    }
    return nvml


def test_metrics_are_ratios_and_bytes_from_the_first_collection_on() -> None:
    told = seen(hopper())
    assert told.value("hw.gpu.sm.utilization") == 0.875
    assert told.value("hw.gpu.tensor.utilization") == 0.31
    assert told.value("hw.gpu.pipe.utilization", {"hw.gpu.pipe": "fp32"}) == 0.12


def test_a_metric_comes_before_a_function_that_makes_wait() -> None:
    told = seen(hopper())
    sent, received = ({"network.io.direction": way} for way in ("transmit", "receive"))
    assert told.value("hw.gpu.pcie.throughput", sent) == 2 * MIBIBYTE
    assert told.value("hw.gpu.pcie.throughput", received) == 0  # no metric: the function


def test_a_metric_that_is_no_number_is_absent() -> None:
    assert "not available" in seen(hopper()).absence("hw.gpu.dram.utilization").reason


def test_a_metric_that_this_gpu_does_not_have_is_unsupported() -> None:
    told = seen(hopper())
    assert told.state("hw.gpu.sm.occupancy") is Coverage.UNSUPPORTED
    assert "NVML_GPM_METRIC_SM_OCCUPANCY" in told.absence("hw.gpu.sm.occupancy").reason


def test_before_hopper_there_are_none() -> None:
    told = seen(Replayed.of("a10g"))
    assert told.absence("hw.gpu.sm.utilization").reason.endswith("a GPU of Hopper or later")


@pytest.mark.usefixtures("_no_spacing")
def test_a_sample_that_cannot_be_taken_fails_the_metrics_only() -> None:
    nvml = hopper()
    nvidia = collector(nvml)
    collect(nvidia)
    nvml.fail["", "nvmlGpmSampleGet"] = NVML.NVML_ERROR_UNKNOWN
    told = collect(nvidia)
    assert told.state("hw.gpu.sm.utilization") is Coverage.FAILING
    assert told.of("hw.power")
    nvml.fail.clear()
    waiting = collect(nvidia)  # for the second of two samples
    assert waiting.state("hw.gpu.sm.utilization") is Coverage.WARMING
    assert collect(nvidia).of("hw.gpu.sm.utilization")


def test_two_who_ask_at_once_do_not_shorten_the_time_between_samples() -> None:
    nvml = hopper()
    nvidia = collector(nvml)
    collect(nvidia)
    nvml.gpus[0].gpm[NVML.NVML_GPM_METRIC_SM_UTIL] = 1.0
    assert collect(nvidia).value("hw.gpu.sm.utilization") == 0.875


@pytest.mark.usefixtures("_no_spacing")
def test_a_first_sample_that_failed_makes_the_metrics_wait_for_the_second() -> None:
    nvml = hopper()
    nvml.fail["", "nvmlGpmSampleGet"] = NVML.NVML_ERROR_UNKNOWN
    nvidia = collector(nvml)
    now = [0]
    nvidia._sweeps.clock = lambda: now[0]
    states = []
    for _ in range(2):
        states.append(collect(nvidia).state("hw.gpu.sm.utilization"))
        nvml.fail.clear()
        now[0] += MINUTE
    assert states == [Coverage.FAILING, Coverage.WARMING]
    assert collect(nvidia).of("hw.gpu.sm.utilization")


def linked(links: int) -> Replayed:
    nvml = Replayed.of("a10g")
    gpu = nvml.gpus[0]
    gpu.links = links
    for link in range(links):
        gpu.fields[NVML.NVML_FI_DEV_NVLINK_GET_STATE, link] = link % 3
        gpu.fields[NVML.NVML_FI_DEV_NVLINK_THROUGHPUT_DATA_TX, link] = 100 + link
        gpu.fields[NVML.NVML_FI_DEV_NVLINK_ERROR_DL_CRC, link] = link
    return nvml


def test_each_nvlink_has_series_of_its_own() -> None:
    told = seen(linked(4))
    up = told.of("hw.gpu.nvlink.up")
    states = {key.label("hw.gpu.nvlink.link"): value for key, value in up.items()}
    assert states == {"0": 0, "1": 1, "2": 1, "3": 0}  # a link that sleeps (2) is not down
    sent = {"hw.gpu.nvlink.link": "2", "network.io.direction": "transmit"}
    assert told.value("hw.gpu.nvlink.io", sent) == 102 * 1024
    errors = {"hw.gpu.nvlink.link": "3", "error.type": "crc"}
    assert told.value("hw.gpu.nvlink.errors", errors) == 3


def test_a_gpu_without_nvlink_says_so() -> None:
    told = seen(Replayed.of("a10g"))
    assert told.absence("hw.gpu.nvlink.up").reason == "the device has no NVLink"


def test_no_driver_can_make_it_ask_for_links_without_end() -> None:
    assert len(seen(linked(10_000)).of("hw.gpu.nvlink.up")) == 36


def test_what_was_not_there_is_asked_for_again_after_a_while() -> None:
    nvml = Replayed.of("a10g")
    nvidia = collector(nvml)
    now = [0]
    nvidia._sweeps.clock = lambda: now[0]
    assert not collect(nvidia).of("hw.gpu.memory.temperature")
    nvml.gpus[0].fields[NVML.NVML_FI_DEV_MEMORY_TEMP, 0] = 44
    assert not collect(nvidia).of("hw.gpu.memory.temperature")
    now[0] = REPLAN
    assert collect(nvidia).value("hw.gpu.memory.temperature") == pytest.approx(44)
