import pytest

from collectors.nvidia.hearing import MOST_EVENTS
from reinfra.model import Coverage, Kind, Severity
from reinfra.signals.xid import xid
from tests.collectors.nvidia.looking import Seen, collect, collector
from tests.collectors.nvidia.replayed import NVML, Replayed


def by_code(told: Seen) -> dict[str, float]:
    found = told.of("hw.gpu.xid.events").items()
    return {key.label("nvidia.xid"): value for key, value in found}


def by_severity(told: Seen) -> dict[str, float]:
    found = told.of("hw.gpu.xid.count").items()
    return {key.label("nvidia.xid.severity"): value for key, value in found}


@pytest.mark.parametrize(
    ("code", "severity", "action"),
    [
        (79, Severity.CRITICAL, "RESTART_BM"),
        (48, Severity.CRITICAL, "WORKFLOW_XID_48"),
        (13, Severity.WARNING, "RESTART_APP"),
        (43, Severity.INFO, "IGNORE"),
        (63, Severity.WARNING, "IGNORE"),  # fatal to one source, harmless to the other
        (9999, Severity.WARNING, ""),
    ],
)
def test_a_code_is_as_bad_as_its_sources_agree(code: int, severity: Severity, action: str) -> None:
    assert (xid(code).severity, xid(code).action) == (severity, action)


def test_two_equal_codes_in_a_row_are_two_events() -> None:
    nvml = Replayed.of("a10g")
    nvidia = collector(nvml)
    assert by_severity(collect(nvidia)) == {"info": 0, "warning": 0, "critical": 0}
    nvml.happens(0, 79)
    nvml.happens(0, 79)
    nvml.happens(0, 13)
    told = collect(nvidia)
    assert by_code(told) == {"79": 2, "13": 1}
    assert by_severity(told) == {"info": 0, "warning": 1, "critical": 2}
    (key, *_) = told.of("hw.gpu.xid.events")
    assert key.kind is Kind.PERIOD_COUNT


def test_an_event_is_over_in_the_next_period() -> None:
    nvml = Replayed.of("a10g")
    nvidia = collector(nvml)
    nvml.happens(0, 79)
    collect(nvidia)
    told = collect(nvidia)
    assert by_code(told) == {"79": 0}
    assert by_severity(told)["critical"] == 0


def test_an_event_belongs_to_its_gpu() -> None:
    nvml = Replayed.of("a10g", gpus=2)
    nvml.happens(1, 48)
    told = collect(collector(nvml))
    (key,) = told.of("hw.gpu.xid.events")
    assert key.label("hw.id") == nvml.gpus[1].uuid


def test_the_last_words_of_a_gpu_that_is_lost_are_heard() -> None:
    nvml = Replayed.of("a10g")
    nvidia = collector(nvml)
    collect(nvidia)
    nvml.happens(0, 79)
    nvml.fail[nvml.gpus[0].uuid, ""] = NVML.NVML_ERROR_GPU_IS_LOST
    told = collect(nvidia)
    assert by_code(told) == {"79": 1}
    assert not told.of("hw.power")
    assert not collect(nvidia).values  # and no zeros of a device that says nothing


def test_a_gpu_without_events_does_not_pass_for_a_quiet_one() -> None:
    nvml = Replayed.of("a10g")
    nvml.fail["", "nvmlDeviceRegisterEvents"] = NVML.NVML_ERROR_NOT_SUPPORTED
    told = collect(collector(nvml))
    assert not by_severity(told)
    assert told.state("hw.gpu.xid.events") is Coverage.UNSUPPORTED


def test_listening_that_broke_is_said_and_begins_again() -> None:
    nvml = Replayed.of("a10g")
    nvidia = collector(nvml)
    nvml.fail["", "nvmlEventSetWait_v2"] = NVML.NVML_ERROR_GPU_IS_LOST
    told = collect(nvidia)
    assert told.state("hw.gpu.xid.count") is Coverage.FAILING
    assert "may have been missed" in told.absence("hw.gpu.xid.count").reason
    assert told.of("hw.power")
    nvml.fail.clear()
    assert sum(by_severity(collect(nvidia)).values()) == 0


def test_a_flood_is_taken_in_parts_and_loses_nothing() -> None:
    nvml = Replayed.of("a10g")
    for _ in range(MOST_EVENTS + 5):
        nvml.happens(0, 31)
    nvidia = collector(nvml)
    assert by_code(collect(nvidia)) == {"31": MOST_EVENTS}
    assert by_code(collect(nvidia)) == {"31": 5}
