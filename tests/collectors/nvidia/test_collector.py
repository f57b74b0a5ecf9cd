import pytest

from collectors.base import CollectorError
from collectors.local_file import read_bytes
from collectors.nvidia.collector import Nvidia
from collectors.nvidia_smi import read_xml
from reinfra.config.sources import NvidiaSource
from reinfra.model import Coverage, Kind, Origin, Report
from reinfra.signals import find
from tests.collectors.nvidia.looking import HOST, collect, collector, seen
from tests.collectors.nvidia.replayed import MEBIBYTE, Replayed
from tests.collectors.recordings import DATA

CAPTURES = ("a100-sxm4-v12", "a10g", "tesla-t4", "rtx-3080-v13")


@pytest.mark.parametrize("capture", CAPTURES)
def test_nvml_and_nvidia_smi_give_the_same_series_and_numbers(capture: str) -> None:
    told = seen(Replayed.of(capture)).values
    batch = read_xml(read_bytes(DATA / "nvidia" / f"{capture}.xml.gz"), 7, HOST)
    for key, value in zip(batch.keys, batch.value.tolist(), strict=True):
        assert told[key] == pytest.approx(value), key
    assert len(batch) > 35


@pytest.mark.parametrize("capture", CAPTURES)
def test_every_series_is_of_a_registered_signal_and_of_its_device(capture: str) -> None:
    for key in seen(Replayed.of(capture), labels={"site": "hall 2"}).values:
        signal = find(key.metric)
        assert signal is not None
        assert (key.kind, key.unit) == (signal.kind, signal.unit)
        assert key.origin is Origin.LIVE
        assert key.label("host.name") == HOST
        assert key.label("site") == "hall 2"
        assert key.label("hw.id").startswith(("GPU-", "MIG-"))


def test_what_the_source_says_of_itself_wins_over_the_settings() -> None:
    told = seen(Replayed.of("a10g"), labels={"hw.id": "mine"})
    assert not told.of("hw.power", {"hw.id": "mine"})


def test_numbers_are_in_base_units() -> None:
    told = seen(Replayed.of("rtx-3080-v13"))
    assert told.value("hw.gpu.utilization") == 0.65
    assert told.value("hw.power") == pytest.approx(139.62)
    assert told.value("hw.gpu.memory.usage") == 9184 * MEBIBYTE
    assert told.value("hw.gpu.clock.sm") == 1950e6
    assert told.value("hw.gpu.pcie.throughput", {"network.io.direction": "receive"}) == 14_742_333e3
    assert told.value("hw.temperature.limit", {"hw.limit_type": "throttled"}) == 95
    assert told.value("hw.gpu.clock.reduced", {"hw.gpu.clock.reason": "gpu_idle"}) == 0


def test_a_mig_device_is_a_part_and_never_the_same_series_as_its_parent() -> None:
    told = seen(Replayed.of("a100-sxm4-v12"))
    whole = "GPU-513536b6-7d19-9063-b049-1e69664bb298"
    assert told.value("hw.gpu.memory.usage", {"hw.type": "gpu"}) == 50 * MEBIBYTE
    parts = told.of("hw.gpu.memory.usage", {"hw.type": "mig"})
    assert list(parts.values()) == [12 * MEBIBYTE] * 4
    assert {key.label("hw.parent") for key in parts} == {whole}
    assert len({key.label("hw.id") for key in parts}) == 4
    assert not told.of("hw.power", {"hw.type": "mig"})
    assert told.state("hw.gpu.utilization") is Coverage.UNSUPPORTED  # N/A under MIG
    assert len(told.of("hw.gpu.ecc.errors", {"hw.type": "mig"})) == 4


def test_a_gpu_divided_anew_is_asked_anew_and_its_layout_is_a_fact() -> None:
    nvml = Replayed.of("a100-sxm4-v12")
    nvidia = collector(nvml)
    before = {fact.name: fact.value for fact in collect(nvidia).report.facts}
    assert before["nvidia.mig.layout"].count("1 x ") == 4
    assert before["nvidia.mig.mode"] == "enabled"
    nvml.gpus[0].mig = nvml.gpus[0].mig[:1]
    after = collect(nvidia)
    assert len(after.of("hw.gpu.memory.usage", {"hw.type": "mig"})) == 1
    (fact,) = after.report.facts
    assert fact.value == "1 x NVIDIA A100-SXM4-80GB MIG 0"


def test_facts_are_told_once_and_a_serial_number_only_on_request() -> None:
    nvidia = collector(Replayed.of("tesla-t4"))
    facts = {fact.name: fact.value for fact in collect(nvidia).report.facts}
    assert facts["nvidia.driver.version"] == "515.105.01"
    assert facts["cuda.driver.version"] == "11.7"
    assert facts["hw.firmware_version"] == "90.04.84.00.06"
    assert facts["nvidia.pci.bus_id"] == "00000000:00:1E.0"
    assert "hw.serial_number" not in facts
    assert collect(nvidia).report.facts == ()
    told = seen(Replayed.of("a100-sxm4-v12"), serial=True).report.facts
    assert "1650522003820" in {fact.value for fact in told if fact.name == "hw.serial_number"}


def test_pcie_watching_can_be_left_out() -> None:
    told = seen(Replayed.of("tesla-t4"), pcie=False)
    assert not told.of("hw.gpu.pcie.throughput")
    assert told.state("hw.gpu.pcie.throughput") is Coverage.UNSUPPORTED


def test_processes_are_counted_and_not_named() -> None:
    told = seen(Replayed.of("tesla-t4"))
    assert told.value("hw.gpu.process.count") == 1
    assert told.value("hw.gpu.process.memory.usage") == 1005 * MEBIBYTE
    text = str([*told.values, *told.report.facts, *told.report.absences])
    assert "Xorg" not in text


def test_keys_are_made_once() -> None:
    nvidia = collector(Replayed.of("a10g"))
    first, second = collect(nvidia).batch.keys, collect(nvidia).batch.keys
    assert {id(key) for key in first} == {id(key) for key in second}


def test_a_counter_is_registered_as_one() -> None:
    told = seen(Replayed.of("a10g"))
    (key,) = told.of("hw.gpu.ecc.errors", {"error.type": "dram_uncorrectable"})
    assert key.kind is Kind.COUNTER


def test_this_machine_has_no_nvml_or_lists_its_gpus() -> None:
    """Against the real binding, whatever machine runs the test."""
    nvidia = Nvidia.of(NvidiaSource(timeout=30), lambda: 7)
    try:
        if Nvidia.present():
            told = collect(nvidia)
            assert told.of("hw.gpu.memory.limit")
        else:
            with pytest.raises(CollectorError, match=r"^NVML gives nothing: .*\. .*driver"):
                list(nvidia.collect())
    finally:
        nvidia.close()


def test_an_absence_names_the_device_and_says_why_in_nvmls_words() -> None:
    told = seen(Replayed.of("rtx-3080-v13"))
    absence = told.absence("hw.energy")
    assert absence.subject == (
        ("host.name", HOST),
        ("hw.id", "GPU-19d6d965-2acc-f646-00f8-4c76979aabb4"),
    )
    assert absence.reason == "NVML: Not Supported (nvmlDeviceGetTotalEnergyConsumption)"
    assert told.absence("hw.gpu.memory.temperature").reason.endswith("(NVML_FI_DEV_MEMORY_TEMP)")
    assert isinstance(told.report, Report)
    given = {key.metric for key in told.values}
    assert not given & {each.signal for each in told.report.absences}
