import threading

import pytest

from collectors.base import CollectorError
from collectors.nvidia.device import REPLAN
from collectors.nvidia.session import Session
from reinfra.model import Coverage
from tests.collectors.nvidia.looking import Seen, collect, collector, seen
from tests.collectors.nvidia.replayed import NVML, Replayed


def uuids(told: Seen) -> set[str]:
    return {key.label("hw.id") for key in told.values}


@pytest.mark.parametrize(
    ("code", "state"),
    [
        (NVML.NVML_ERROR_NOT_SUPPORTED, Coverage.UNSUPPORTED),
        (NVML.NVML_ERROR_FUNCTION_NOT_FOUND, Coverage.UNSUPPORTED),
        (NVML.NVML_ERROR_ARGUMENT_VERSION_MISMATCH, Coverage.UNSUPPORTED),
        (NVML.NVML_ERROR_NO_PERMISSION, Coverage.FAILING),
        (NVML.NVML_ERROR_UNKNOWN, Coverage.FAILING),
        (NVML.NVML_ERROR_CORRUPTED_INFOROM, Coverage.FAILING),
        (NVML.NVML_ERROR_IRQ_ISSUE, Coverage.FAILING),
    ],
)
def test_an_error_to_one_question_is_about_that_signal_only(code: int, state: Coverage) -> None:
    nvml = Replayed.of("a10g")
    nvml.fail["", "nvmlDeviceGetPowerUsage"] = code
    told = seen(nvml)
    assert told.state("hw.power") is state
    assert not told.of("hw.power")
    assert told.of("hw.temperature")


def test_a_signal_that_fails_later_is_absent_then_and_comes_back() -> None:
    nvml = Replayed.of("a10g")
    nvidia = collector(nvml)
    assert collect(nvidia).of("hw.power")
    nvml.fail["", "nvmlDeviceGetPowerUsage"] = NVML.NVML_ERROR_UNKNOWN
    told = collect(nvidia)
    assert told.state("hw.power") is Coverage.FAILING
    assert not told.of("hw.power")
    nvml.fail.clear()
    assert collect(nvidia).of("hw.power")


@pytest.mark.parametrize("when", ["at the start", "later"])
@pytest.mark.parametrize("code", [NVML.NVML_ERROR_GPU_IS_LOST, NVML.NVML_ERROR_RESET_REQUIRED])
def test_a_gpu_that_fell_off_the_bus_is_lost_and_the_others_go_on(code: int, when: str) -> None:
    nvml = Replayed.of("a10g", gpus=3)
    nvidia = collector(nvml)
    lost = nvml.gpus[1].uuid
    if when == "later":
        assert lost in uuids(collect(nvidia))
    nvml.fail[lost, ""] = code
    told = collect(nvidia)
    assert uuids(told) == {gpu.uuid for gpu in nvml.gpus} - {lost}
    (absence,) = (each for each in told.report.absences if not each.signal)
    assert absence.state is Coverage.FAILING
    assert "NVML: GPU" in absence.reason
    name = dict(absence.subject)["hw.id"]
    assert name == (lost if when == "later" else "nvidia1")


def test_a_gpu_that_is_back_is_read_again() -> None:
    nvml = Replayed.of("a10g", gpus=2)
    nvidia = collector(nvml)
    collect(nvidia)
    nvml.fail[nvml.gpus[0].uuid, ""] = NVML.NVML_ERROR_GPU_IS_LOST
    assert len(uuids(collect(nvidia))) == 1
    nvml.fail.clear()
    assert len(uuids(collect(nvidia))) == 2


@pytest.mark.parametrize("change", ["back", "added", "removed"])
def test_gpus_that_come_and_go_are_found_after_a_while(change: str) -> None:
    nvml = Replayed.of("a10g", gpus=3)
    spare = nvml.gpus.pop()
    if change == "back":
        nvml.fail[nvml.gpus[0].uuid, ""] = NVML.NVML_ERROR_GPU_IS_LOST
    nvidia = collector(nvml)
    now = [0]
    nvidia._sweeps.clock = lambda: now[0]
    before = len(uuids(collect(nvidia)))
    nvml.fail.clear()
    if change == "added":
        nvml.gpus.append(spare)
    if change == "removed":
        nvml.gpus.pop()
    now[0] = REPLAN
    told = collect(nvidia)
    assert len(uuids(told)) - before == {"back": 1, "added": 1, "removed": -1}[change]
    assert nvml.opened == 1
    assert not [each for each in told.report.absences if not each.signal]


def test_a_gpu_that_answers_every_question_with_an_error_is_as_good_as_lost() -> None:
    nvml = Replayed.of("a10g", gpus=2)
    nvidia = collector(nvml)
    collect(nvidia)
    nvml.fail[nvml.gpus[0].uuid, ""] = NVML.NVML_ERROR_UNKNOWN
    told = collect(nvidia)
    (absence,) = (each for each in told.report.absences if not each.signal)
    assert dict(absence.subject)["hw.id"] == nvml.gpus[0].uuid
    assert "Unknown Error" in absence.reason


@pytest.mark.parametrize(
    ("code", "todo"),
    [
        (NVML.NVML_ERROR_LIBRARY_NOT_FOUND, "Install the NVIDIA driver"),
        (NVML.NVML_ERROR_DRIVER_NOT_LOADED, "modprobe nvidia"),
        (NVML.NVML_ERROR_LIB_RM_VERSION_MISMATCH, "reboot, or reload"),
        (NVML.NVML_ERROR_NO_PERMISSION, "/dev/nvidiactl"),
    ],
)
def test_a_driver_that_does_not_work_says_what_to_do(code: int, todo: str) -> None:
    nvml = Replayed.of("a10g")
    nvml.fail["", "nvmlInit"] = code
    with pytest.raises(CollectorError, match=todo):
        seen(nvml)
    assert nvml.opened == 0


def test_a_driver_that_was_unloaded_is_opened_again() -> None:
    nvml = Replayed.of("a10g")
    nvidia = collector(nvml)
    collect(nvidia)
    nvml.fail["", "nvmlDeviceGetPowerUsage"] = NVML.NVML_ERROR_UNINITIALIZED
    with pytest.raises(CollectorError, match="Uninitialized"):
        collect(nvidia)
    assert nvml.opened == 0
    nvml.fail.clear()
    assert collect(nvidia).of("hw.power")
    assert nvml.opened == 1


def test_no_gpu_at_all_is_an_error_and_not_an_empty_success() -> None:
    nvml = Replayed([])
    for _ in range(2):
        with pytest.raises(CollectorError, match=r"lists no GPU.*lspci"):
            seen(nvml)
    assert nvml.opened == 0


def test_an_older_driver_is_asked_in_older_words() -> None:
    nvml = Replayed.of("a10g")
    newer = seen(nvml)
    nvml.fail["", "nvmlDeviceGetCurrentClocksEventReasons"] = NVML.NVML_ERROR_FUNCTION_NOT_FOUND
    idle = {"hw.gpu.clock.reason": "gpu_idle"}
    assert newer.value("hw.gpu.clock.reduced", idle) == 1
    assert seen(nvml).value("hw.gpu.clock.reduced", idle) == 1


@pytest.mark.parametrize("blank", [0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF])
def test_a_blank_is_never_a_number(blank: int) -> None:
    nvml = Replayed.of("a10g")
    nvml.gpus[0].fields[NVML.NVML_FI_DEV_RETIRED_SBE, 0] = blank
    told = seen(nvml)
    assert not told.of("hw.gpu.retired_pages")
    assert "not available" in told.absence("hw.gpu.retired_pages").reason
    assert max(told.values.values()) < 1e13


def test_a_driver_that_hangs_is_told_by_what_it_was_asked_and_read_again_when_it_answers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    nvml = Replayed.of("a10g")
    answers = threading.Event()
    swept = Session.sweep
    sweeps = []

    def hang(session: Session, at: int) -> object:
        sweeps.append(at)
        session.asking = ("nvmlDeviceGetPowerUsage", nvml.gpus[0].uuid)
        assert answers.wait(20)
        return swept(session, at)

    monkeypatch.setattr(Session, "sweep", hang)
    nvidia = collector(nvml, timeout=0.05)
    for _ in range(3):
        with pytest.raises(CollectorError, match="NVML hangs: nvmlDeviceGetPowerUsage of GPU-"):
            list(nvidia.collect())
    assert len(sweeps) == 1  # no second thread is lost to a driver that hangs
    nvidia.close()
    assert nvml.opened == 0
    answers.set()
    patient = nvidia._sweeps
    patient.timeout = 20
    assert collect(nvidia).of("hw.power")


def test_closing_gives_nvml_back() -> None:
    nvml = Replayed.of("a10g")
    nvml.gpus[0].gpm = {NVML.NVML_GPM_METRIC_SM_UTIL: 50.0}
    nvidia = collector(nvml)
    collect(nvidia)
    assert (nvml.opened, nvml.samples) == (1, 2)
    nvidia.close()
    assert (nvml.opened, nvml.samples) == (0, 0)
    nvidia.close()
    assert nvml.opened == 0
