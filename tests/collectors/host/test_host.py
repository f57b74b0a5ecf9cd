import os
import time
from pathlib import Path

import psutil
import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from collectors import find
from collectors.host import Host, instrument
from collectors.host.collector import instruments
from collectors.host.disks import disks
from collectors.host.kernel import instruments as of_kernel
from collectors.identity import Whereabouts, host_name
from collectors.instruments import Panel
from collectors.otel_reader import to_batch
from reinfra.config.sources import HostSource
from reinfra.model import Batch, Origin, Report
from reinfra.signals import find as find_signal
from reinfra.signals import signals
from tests.collectors.recordings import key_where, value, values


def batch_of(host: Host) -> Batch:
    (batch,) = (each for each in host.collect() if isinstance(each, Batch))
    return batch


@pytest.fixture(scope="module")
def batch() -> Batch:
    return batch_of(Host(host="here", clock=lambda: 42, labels={"rack": "r1"}))


def test_this_host_gives_registered_signals_in_their_units(batch: Batch) -> None:
    assert set(batch.at.tolist()) == {42}
    for key in batch.keys:
        signal = find_signal(key.metric)
        assert signal is not None
        assert (key.kind, key.unit) == (signal.kind, signal.unit)
        assert (key.label("host.name"), key.label("rack")) == ("here", "r1")


def test_memory_is_what_the_machine_has(batch: Batch) -> None:
    assert value(batch, "system.memory.limit") == psutil.virtual_memory().total
    used, available = (
        value(batch, "system.memory.usage"),
        value(batch, "system.memory.linux.available"),
    )
    assert 0 < used < value(batch, "system.memory.limit")
    assert 0 < available < value(batch, "system.memory.limit")


def test_processors_are_busy_between_nothing_and_all(batch: Batch) -> None:
    assert 0 <= value(batch, "system.cpu.utilization") <= 1
    assert value(batch, "system.cpu.logical.count") == psutil.cpu_count()
    idle = value(batch, "system.cpu.time", {"cpu.mode": "idle"})
    assert 0 < idle <= value(batch, "system.uptime") * (psutil.cpu_count() or 1) * 1.1


def test_processor_time_is_counted_once(batch: Batch) -> None:
    """Guests run within user time: were they added, a virtualization host would be twice as busy."""
    modes = [key.label("cpu.mode") for key in batch.keys if key.metric == "system.cpu.time"]
    assert "user" in modes
    assert "guest" not in modes
    assert len(modes) == len(set(modes))


def test_use_is_the_difference_to_the_reading_before() -> None:
    host = Host(host="here")
    batch_of(host)
    before = time.monotonic()
    while time.monotonic() - before < 0.15:
        pass
    assert value(batch_of(host), "system.cpu.utilization") > 0


def test_the_network_and_a_filesystem_are_there(batch: Batch) -> None:
    sent = {"network.interface.name": "lo", "network.io.direction": "transmit"}
    assert value(batch, "system.network.io", sent) >= 0
    assert value(batch, "system.network.errors", sent) == 0
    for share in values_of(batch, "system.filesystem.utilization"):
        assert 0 <= share <= 1


def values_of(batch: Batch, metric: str) -> list[float]:
    keys = [key for key in batch.keys if key.metric == metric]
    return [float(values(batch, metric, dict(key.labels))[0]) for key in keys]


def test_a_host_names_nothing_but_itself() -> None:
    """Process ids and SDK versions would make every start another series."""
    (key, *_) = (k for k in batch_of(Host(host="a")).keys if k.metric == "system.memory.usage")
    assert [name for name, _ in key.labels] == ["host.name", "reinfra.origin"]


def test_the_same_signals_come_through_the_sdk(batch: Batch) -> None:
    reader = InMemoryMetricReader()
    provider = MeterProvider([reader], shutdown_on_exit=False)
    instrument(provider)
    through = to_batch(reader.get_metrics_data(), Origin.LIVE)
    provider.shutdown()
    assert {key.metric for key in through.keys} == {key.metric for key in batch.keys}
    for key in through.keys:
        assert (key.kind, key.unit) == (signals()[key.metric].kind, signals()[key.metric].unit)


def test_keys_are_made_once() -> None:
    panel = Panel(instruments(), {"host.name": "h"})
    first, second = panel.read(1), panel.read(2)
    again = {id(key) for key in second.keys} & {id(key) for key in first.keys}
    assert len(again) > 0.9 * len(second.keys)


@pytest.mark.parametrize(
    ("devices", "chosen"),
    [
        (["sda", "sda1", "sda2"], ["sda"]),
        (["nvme0n1", "nvme0n1p1", "nvme1n1"], ["nvme0n1", "nvme1n1"]),
        (["xvda1"], ["xvda1"]),
        (["loop0", "ram1", "dm-0", "md127", "zram0"], []),
        (["vda", "vdb1"], ["vda", "vdb1"]),
    ],
)
def test_a_byte_is_counted_on_one_disk_only(devices: list[str], chosen: list[str]) -> None:
    assert disks(devices) == chosen


def proc(folder: Path, memory: str) -> Path:
    (folder / "pressure").mkdir()
    (folder / "sys" / "fs").mkdir(parents=True)
    for resource in ("cpu", "memory", "io"):
        (folder / "pressure" / resource).write_text(memory)
    (folder / "sys" / "fs" / "file-nr").write_text("1216\t0\t2466180\n")
    return folder


def test_stalls_are_seconds_and_files_are_counted(tmp_path: Path) -> None:
    some = "some avg10=1.38 avg60=0.64 avg300=1.44 total=2758596379\n"
    told = proc(tmp_path, some + "full avg10=0.00 avg60=0.00 avg300=0.00 total=12\n")
    batch = Panel(of_kernel(told), {"host.name": "h"}).read(0)
    labels = {"system.linux.resource": "io", "system.linux.pressure.share": "some"}
    stalled = value(batch, "system.linux.pressure.stall_time", labels)
    assert stalled == pytest.approx(2758.596379)
    assert value(batch, "system.linux.file_descriptor.usage") == 1216
    assert value(batch, "system.linux.file_descriptor.limit") == 2_466_180


def test_a_kernel_without_pressure_has_none(tmp_path: Path) -> None:
    names = {name for each in of_kernel(tmp_path) for name in each.signals}
    assert names == {"system.uptime"}


def test_stalls_that_cannot_be_read_are_no_samples(tmp_path: Path) -> None:
    told = proc(tmp_path, "some avg10=1.38 total=lots\nfull\n\n")
    batch = Panel(of_kernel(told), {"host.name": "h"}).read(0)
    assert "system.linux.pressure.stall_time" not in {key.metric for key in batch.keys}


def test_facts_come_when_they_are_known_and_again_when_they_change() -> None:
    known = {"host.type": "p5.48xlarge"}
    whereabouts = Whereabouts([lambda: dict(known)])
    host = Host(host="h", whereabouts=whereabouts)

    def news() -> list[tuple[str, str]]:
        reports = [each for each in host.collect() if isinstance(each, Report)]
        return [(fact.name, fact.value) for report in reports for fact in report.facts]

    assert news() == []
    whereabouts.look()
    assert news() == [("host.type", "p5.48xlarge")]
    assert news() == []
    known["host.type"] = "p5en.48xlarge"
    whereabouts.look()
    assert news() == [("host.type", "p5en.48xlarge")]


def test_it_is_made_from_its_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    settings = HostSource(name="this", labels={"rack": "r1"}, site="basement")
    host = Host.of(settings, lambda: 5)
    assert (host.name, host.host, find("host")) == ("this", host_name(), Host)
    assert Host.present()
    assert host.whereabouts is not None
    assert host.whereabouts.wait(20)
    assert host.whereabouts.attributes()["reinfra.site"] == "basement"
    assert Host.of(HostSource(identity=False), lambda: 5).whereabouts is None
    assert key_where(batch_of(host), "system.uptime").label("rack") == "r1"


def test_load_is_that_of_the_machine(batch: Batch) -> None:
    assert value(batch, "system.cpu.load_average.1m") == pytest.approx(os.getloadavg()[0], abs=20)
