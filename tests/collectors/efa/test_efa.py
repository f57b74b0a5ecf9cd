import os
import shutil
import threading
from pathlib import Path

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.resources import Resource

from collectors.base import CollectorError
from collectors.efa import Efa
from collectors.efa.sysfs import number
from collectors.otel_reader import to_batch
from reinfra.config.sources import EfaSource
from reinfra.model import Batch, Coverage, Kind, Origin, Report
from reinfra.signals import find
from tests.collectors.efa import tree
from tests.collectors.recordings import key_where, value


def efa(sys: Path, **settings: object) -> Efa:
    chosen = EfaSource.model_validate({"sys": str(sys), **settings})
    return Efa(host="h", clock=lambda: 7, settings=chosen)


def collect(collector: Efa) -> tuple[Batch, Report]:
    batch, report = collector.collect()
    assert isinstance(batch, Batch)
    assert isinstance(report, Report)
    return batch, report


def states(report: Report) -> dict[str, tuple[Coverage, str]]:
    return {each.signal: (each.state, each.reason) for each in report.absences}


def test_every_counter_of_the_driver_is_a_series(tmp_path: Path) -> None:
    tree.add(tmp_path)
    batch, report = collect(efa(tmp_path, labels={"site": "x"}))
    assert len(batch) == len(tree.PORT) + len(tree.DEVICE) + len(["state", "rate"])
    assert report.absences == ()
    for key in batch.keys:
        signal = find(key.metric)
        assert signal is not None
        assert (key.kind, key.unit) == (signal.kind, signal.unit)
        assert (key.label("hw.id"), key.label("host.name")) == ("rdmap0s31", "h")
        assert key.label("site") == "x"
    assert set(batch.at.tolist()) == {7}


def test_numbers_are_in_base_units_and_told_apart_by_what_they_count(tmp_path: Path) -> None:
    tree.add(tmp_path)
    batch, _ = collect(efa(tmp_path))
    assert value(batch, "hw.network.io", {"network.io.direction": "transmit"}) == 5000
    assert value(batch, "hw.network.up") == 1
    assert value(batch, "hw.network.bandwidth.limit") == 12.5e9
    read = {"aws.efa.operation": "rdma_read"}
    assert value(batch, "aws.efa.io", read) == 1000
    assert value(batch, "aws.efa.work_request.errors", read) == 6
    assert value(batch, "aws.efa.remote.impaired") == 3
    assert value(batch, "aws.efa.keep_alives") == 4242
    assert key_where(batch, "aws.efa.retransmit.packets").kind is Kind.COUNTER


def test_what_an_older_adapter_does_not_count_is_unsupported(tmp_path: Path) -> None:
    folder = tree.add(tmp_path)
    for name in ("retrans_pkts", "rdma_write_wr_err"):
        (folder / "ports/1/hw_counters" / name).unlink()
    batch, report = collect(efa(tmp_path))
    assert states(report) == {
        "aws.efa.retransmit.packets": (
            Coverage.UNSUPPORTED,
            "no hw_counters/retrans_pkts: this driver or adapter does not count it",
        )
    }
    assert value(batch, "aws.efa.work_request.errors") == 6  # one of its series is there


def test_older_kernels_show_the_adapters_counters_at_its_port(tmp_path: Path) -> None:
    folder = tree.add(tmp_path)
    shutil.rmtree(folder / "hw_counters")
    tree.write(folder / "ports/1/hw_counters", dict(tree.DEVICE))
    batch, report = collect(efa(tmp_path))
    assert value(batch, "aws.efa.keep_alives") == 4242
    assert report.absences == ()


def test_an_adapter_of_another_vendor_is_no_efa(tmp_path: Path) -> None:
    tree.add(tmp_path, "mlx5_0", vendor="0x15b3")
    with pytest.raises(CollectorError, match="has no EFA"):
        collect(efa(tmp_path))
    tree.add(tmp_path)
    batch, _ = collect(efa(tmp_path))
    assert {key.label("hw.id") for key in batch.keys} == {"rdmap0s31"}


def test_a_machine_without_infiniband_has_no_efa(tmp_path: Path) -> None:
    with pytest.raises(CollectorError, match="Attach an EFA"):
        collect(efa(tmp_path))


def test_an_adapter_that_goes_away_is_lost_and_the_others_go_on(tmp_path: Path) -> None:
    for name in ("rdmap0s31", "rdmap1s31"):
        tree.add(tmp_path, name)
    collector = efa(tmp_path)
    collect(collector)
    (tmp_path / "class/infiniband/rdmap0s31").unlink()
    for _ in range(2):
        batch, report = collect(collector)
        assert {key.label("hw.id") for key in batch.keys} == {"rdmap1s31"}
        (absence,) = report.absences
        assert absence.subject == (("host.name", "h"), ("hw.id", "rdmap0s31"))
        assert (absence.signal, absence.state) == ("", Coverage.FAILING)


@pytest.mark.parametrize("hostile", ["", "-1", "1e9", "NaN", "9" * 21, "\xff\x00", "1\n2", "٣"])
def test_what_is_no_count_is_no_sample(tmp_path: Path, hostile: str) -> None:
    folder = tree.add(tmp_path)
    (folder / "ports/1/hw_counters/rx_drops").write_text(hostile, encoding="utf-8")
    batch, report = collect(efa(tmp_path))
    state, reason = states(report)["aws.efa.receive.drops"]
    assert state is Coverage.FAILING
    assert "not a number" in reason
    assert "aws.efa.receive.drops" not in {key.metric for key in batch.keys}


def test_a_file_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    folder = tree.add(tmp_path)
    (folder / "ports/1/hw_counters/rx_drops").unlink()
    (folder / "ports/1/hw_counters/rx_drops").mkdir()  # reading it is an error of the system
    _, report = collect(efa(tmp_path))
    state, reason = states(report)["aws.efa.receive.drops"]
    assert state is Coverage.FAILING
    assert reason.endswith("rx_drops: Is a directory")


def test_an_adapter_of_which_nothing_can_be_read_fails_as_a_whole(tmp_path: Path) -> None:
    folder = tree.add(tmp_path)
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            path.unlink()
            path.mkdir()
    batch, report = collect(efa(tmp_path))
    assert len(batch) == 0
    assert list(states(report)) == [""]


@pytest.mark.parametrize(
    ("file", "text", "told"),
    [
        ("state", "1: DOWN", 0),
        ("state", "4: ACTIVE", 1),
        ("state", "5: ACTIVE_DEFER", 1),
        ("rate", "2.5 Gb/sec (1X SDR)", 2.5),
        ("hw_counters/tx_bytes", "18446744073709551615", 2.0**64),
    ],
)
def test_what_files_say(file: str, text: str, told: float) -> None:
    assert number(file, text) == told


def test_facts_are_told_once_and_again_when_they_change(tmp_path: Path) -> None:
    folder = tree.add(tmp_path)
    collector = efa(tmp_path)
    _, report = collect(collector)
    assert {fact.name: fact.value for fact in report.facts} == {
        "efa.driver.version": "2.17.1g",
        "hw.firmware_version": "1.2.3.4",
        "pci.device.id": "0xefa2",
        "pci.subsystem.id": "0xefa2",
    }
    assert collect(collector)[1].facts == ()
    (folder / "fw_ver").write_text("1.2.3.5")
    (fact,) = collect(collector)[1].facts
    assert fact.value == "1.2.3.5"


def test_a_driver_that_hangs_is_said(tmp_path: Path) -> None:
    folder = tree.add(tmp_path)
    pipe = folder / "ports/1/hw_counters/tx_bytes"
    pipe.unlink()
    os.mkfifo(pipe)  # opening it waits for a writer
    collector = efa(tmp_path, timeout=0.1)
    with pytest.raises(CollectorError, match="sysfs hangs: no answer for"):
        collect(collector)
    writer = threading.Thread(target=pipe.write_text, args=("1",))
    writer.start()
    writer.join(10)
    assert not writer.is_alive()


def test_opentelemetry_gives_the_same_series_and_numbers(tmp_path: Path) -> None:
    tree.add(tmp_path)
    collector = efa(tmp_path)
    reader = InMemoryMetricReader()
    provider = MeterProvider([reader], Resource({"host.name": "h"}), shutdown_on_exit=False)
    collector.instrument(provider)
    exported = to_batch(reader.get_metrics_data(), Origin.LIVE, 7)
    provider.shutdown()
    batch, _ = collect(collector)
    told, said = (
        dict(zip(each.keys, each.value.tolist(), strict=True)) for each in (batch, exported)
    )
    assert told == said


def test_this_machine_says_whether_it_has_an_efa() -> None:
    """Against the real sysfs, whatever machine runs the test."""
    collector = Efa.of(EfaSource(), lambda: 7)
    if Efa.present():
        assert len(collect(collector)[0]) > 0
    else:
        with pytest.raises(CollectorError, match="has no EFA"):
            list(collector.collect())


def test_keys_are_made_once(tmp_path: Path) -> None:
    tree.add(tmp_path)
    collector = efa(tmp_path)
    first, second = (collect(collector)[0].keys for _ in range(2))
    assert {id(key) for key in first} == {id(key) for key in second}
