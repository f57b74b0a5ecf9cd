import pytest

from collectors.base import CollectorError
from collectors.local_file import read_bytes
from collectors.nvidia_smi import NvidiaSmi, captured_at, read_xml, run_nvidia_smi
from collectors.xml_guard import parse_xml
from reinfra.model import Batch, Kind, Origin, iso
from tests.collectors.recordings import DATA, key_where, value

MEBIBYTE = 1024**2


def raw(name: str) -> bytes:
    return read_bytes(DATA / "nvidia" / f"{name}.xml.gz")


def gpu(inside: str) -> bytes:
    return f"<nvidia_smi_log><gpu id='0'>{inside}</gpu></nvidia_smi_log>".encode()


def captured(name: str) -> Batch:
    return read_xml(raw(name), 5, "host")


def test_layout_v12_of_an_a100_in_mig_mode() -> None:
    batch = captured("a100-sxm4-v12")
    assert value(batch, "hw.power") == 67.03
    assert value(batch, "hw.gpu.memory.usage") == 50 * MEBIBYTE  # the GPU's, not its slices'
    assert value(batch, "hw.temperature") == 27
    assert value(batch, "hw.gpu.clock.sm") == 1275e6
    assert "hw.gpu.utilization" not in {key.metric for key in batch.keys}  # N/A under MIG


def test_layout_v13_of_a_gpu_without_ecc() -> None:
    batch = captured("rtx-3080-v13")
    assert value(batch, "hw.gpu.utilization") == 0.65
    assert value(batch, "hw.power") == 139.62
    assert value(batch, "hw.gpu.memory.limit") == 10240 * MEBIBYTE
    assert "hw.gpu.ecc.errors" not in {key.metric for key in batch.keys}


def test_layout_v11_tells_ecc_errors_apart_by_kind() -> None:
    batch = captured("a10g")
    assert value(batch, "hw.gpu.utilization") == 0
    assert value(batch, "hw.gpu.memory.usage") == 22 * MEBIBYTE
    key = key_where(batch, "hw.gpu.ecc.errors", {"error.type": "dram_uncorrectable"})
    assert (key.kind, key.label("hw.name")) == (Kind.COUNTER, "NVIDIA A10G")


def test_a_gpu_is_known_by_its_uuid_and_its_host() -> None:
    key = captured("tesla-t4").keys[0]
    assert key.label("hw.id") == "GPU-d37e67a5-91dd-3774-a5cb-99096249601a"
    assert key.label("host.name") == "host"
    assert key.origin is Origin.LIVE


def test_a_report_says_when_it_was_made() -> None:
    assert iso(captured_at(raw("a100-sxm4-v12"))) == "2023-08-04T11:44:30Z"
    with pytest.raises(CollectorError, match="no time"):
        captured_at(gpu(""))


@pytest.mark.parametrize(
    "unknown",
    [
        "N/A",
        "[N/A]",
        "[Not Supported]",
        "Unknown Error",
        "Requested functionality has been deprecated",
        "",
    ],
)
def test_what_the_driver_does_not_know_is_no_sample(unknown: str) -> None:
    inside = f"<temperature><gpu_temp>{unknown}</gpu_temp></temperature>"
    assert len(read_xml(gpu(inside), 0, "host")) == 0


def test_a_unit_that_nobody_knows_is_refused() -> None:
    with pytest.raises(Exception, match="no conversion from 'F' to 'Cel'"):
        read_xml(gpu("<temperature><gpu_temp>80 F</gpu_temp></temperature>"), 0, "host")


def test_a_live_report_is_stamped_by_the_clock() -> None:
    (batch,) = NvidiaSmi(host="h", source=lambda: raw("a10g"), clock=lambda: 77).collect()
    assert set(batch.at.tolist()) == {77}


def test_a_machine_without_the_driver_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(CollectorError, match="nvidia-smi gave no report"):
        run_nvidia_smi()


BOMB = "<!DOCTYPE nvidia_smi_log [<!ENTITY a 'ha'><!ENTITY b '&a;&a;'>]><nvidia_smi_log>&b;</nvidia_smi_log>"


@pytest.mark.parametrize(
    ("hostile", "said"),
    [
        (BOMB.encode(), "declares an entity"),
        (f"<?xml version='1.0' encoding='utf-16'?>{BOMB}".encode("utf-16"), "declares an entity"),
        (b"<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><x>&e;</x>", "declares an entity"),
        (b"<a>" * 100, "nests deeper than 64"),
        (b"<a", "not well-formed"),
        (b"", "not well-formed"),
        (b" " * (16 * 1024 * 1024 + 1), "is larger than"),
        (b"<html></html>", "its root is <html>"),
    ],
)
def test_hostile_xml_is_refused(hostile: bytes, said: str) -> None:
    with pytest.raises(CollectorError) as caught:
        read_xml(hostile, 0, "host")
    assert said in str(caught.value)


def test_a_plain_doctype_is_read_over() -> None:
    document = b'<!DOCTYPE x SYSTEM "http://192.0.2.1/never-fetched.dtd"><x>text</x>'
    assert parse_xml(document, "test").text == "text"
