import shutil
from pathlib import Path

import pytest

from collectors.base import CollectorError
from collectors.neuron.device_tree import DeviceTree
from collectors.neuron.sysfs import Tree
from reinfra.model import Batch, Coverage, Kind, Report, SeriesKey
from reinfra.signals import signals
from tests.collectors.neuron.trees import BEFORE_2_31, MOVED, tree
from tests.collectors.recordings import key_where, value, values

HOST = {"host.name": "h"}
NOTHING: frozenset[SeriesKey] = frozenset()


def collected(
    tree: DeviceTree, at: int = 0, said: frozenset[SeriesKey] = NOTHING
) -> tuple[Batch, Report]:
    given = list(tree.collect(at, said))
    batches = [each for each in given if isinstance(each, Batch)]
    (report,) = (each for each in given if isinstance(each, Report))
    return Batch.concat(batches), report


@pytest.mark.parametrize("layout", [BEFORE_2_31, MOVED])
def test_nodes_are_found_wherever_the_driver_put_them(
    layout: dict[str, str], tmp_path: Path
) -> None:
    batch, _ = collected(DeviceTree(tree(tmp_path, layout), HOST))
    device = {"hw.id": "neuron0", "host.name": "h"}
    ecc = {**device, "error.type": "mem_ecc_repairable_uncorrected"}
    assert value(batch, "aws.neuron.ecc.events", ecc) == 2
    core = {"hw.id": "neuron0.core0", "hw.parent": "neuron0"}
    failed = {**core, "aws.neuron.status": "execute_completed_with_num_error"}
    assert value(batch, "aws.neuron.core.status.count", failed) == 3
    assert value(batch, "aws.neuron.device.unhealthy_component.count", device) == 2
    resets = {**device, "aws.neuron.reset.outcome": "failed"}
    assert value(batch, "aws.neuron.device.reset.count", resets) == 1


def test_memory_is_what_is_in_use_added_over_cores(tmp_path: Path) -> None:
    batch, _ = collected(DeviceTree(tree(tmp_path, BEFORE_2_31), HOST))
    held = {"aws.neuron.memory.kind": "tensors", "aws.neuron.memory.location": "neuron_device"}
    assert value(batch, "aws.neuron.device.memory.usage", held) == 30
    kinds = {key.label("aws.neuron.memory.kind") for key in batch.keys} - {""}
    assert kinds == {"tensors"}


def test_power_is_a_share_of_the_maximum_at_the_windows_own_time(tmp_path: Path) -> None:
    batch, _ = collected(DeviceTree(tree(tmp_path, BEFORE_2_31), HOST), at=5)
    mean = {"reinfra.statistic": "avg"}
    key = key_where(batch, "aws.neuron.device.power.utilization", mean)
    assert value(batch, key.metric, mean) == pytest.approx(0.0157)
    assert key.unit == "1"
    assert batch.at[batch.series == batch.keys.index(key)].tolist() == [1_787_754_540_000]


def test_a_window_that_the_driver_repeats_is_one_sample(tmp_path: Path) -> None:
    root = tree(tmp_path, BEFORE_2_31)
    devices = DeviceTree(root, HOST)
    collected(devices)
    again, report = collected(devices, at=20_000)
    assert not [key for key in again.keys if "power" in key.metric]
    assert report.absences == ()
    later = BEFORE_2_31 | {"stats/power/utilization": "POWER_STATUS_VALID,1787754600,0.1,2.82,1.57"}
    tree(root, later)
    newer, _ = collected(devices, at=40_000)
    assert len([key for key in newer.keys if "power" in key.metric]) == 3


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("POWER_STATUS_NO_DATA,0,0,0,0", "the driver says POWER_STATUS_NO_DATA"),
        ("POWER_STATUS_INVALID,0,0,0,0", "the driver says POWER_STATUS_INVALID"),
        ("", "the driver says nothing"),
        ("POWER_STATUS_VALID,1787754540,1,2", "is not status, time, least, most and mean"),
        ("POWER_STATUS_VALID,1787754540,x,2,1", "is not status, time, least, most and mean"),
        ("POWER_STATUS_VALID,1787754540,5,2,1", "is no share of a maximum"),
        ("POWER_STATUS_VALID,1787754540,0,nan,nan", "is no share of a maximum"),
        ("POWER_STATUS_VALID,1787754540,0,900,300", "is no share of a maximum"),
        ("POWER_STATUS_VALID,0,0,0,0", "is no share of a maximum"),
    ],
)
def test_power_that_is_no_share_is_no_sample_and_says_why(
    text: str, reason: str, tmp_path: Path
) -> None:
    root = tree(tmp_path, BEFORE_2_31 | {"stats/power/utilization": text})
    batch, report = collected(DeviceTree(root, HOST))
    assert not [key for key in batch.keys if "power" in key.metric]
    (absence,) = report.absences
    assert (absence.signal, absence.state) == (
        "aws.neuron.device.power.utilization",
        Coverage.UNSUPPORTED,
    )
    assert reason in absence.reason


def test_a_driver_without_power_says_so(tmp_path: Path) -> None:
    root = tree(tmp_path, {"stats/hardware/mem_ecc_uncorrected": "0"})
    _, report = collected(DeviceTree(root, HOST))
    assert [absence.reason for absence in report.absences] == [
        "its sysfs tree has no power/utilization"
    ]


def test_what_neuron_monitor_said_is_not_said_twice(tmp_path: Path) -> None:
    labels = {**HOST, "hw.id": "neuron0", "error.type": "mem_ecc_uncorrected"}
    key = signals()["aws.neuron.ecc.events"].key({**labels, "reinfra.origin": "live"})
    batch, _ = collected(DeviceTree(tree(tmp_path, BEFORE_2_31), HOST), said=frozenset({key}))
    assert key not in batch.keys
    assert values(batch, "aws.neuron.ecc.events", HOST).tolist() == [2.0]


def test_counters_are_read_every_ten_seconds_at_most(tmp_path: Path) -> None:
    devices = DeviceTree(tree(tmp_path, BEFORE_2_31), HOST)
    sizes = [len(collected(devices, at)[0]) for at in (0, 1_000, 9_999, 10_000)]
    assert [size > 0 for size in sizes] == [True, False, False, True]


def test_a_device_that_falls_off_the_bus_is_absent(tmp_path: Path) -> None:
    root = tree(tree(tmp_path, BEFORE_2_31), BEFORE_2_31, device=1)
    devices = DeviceTree(root, HOST)
    collected(devices)
    shutil.rmtree(root / "neuron1")
    _, report = collected(devices, at=60_000)
    (absence,) = report.absences
    assert dict(absence.subject) == {"host.name": "h", "hw.id": "neuron1"}
    assert (absence.signal, absence.state) == ("", Coverage.FAILING)


def test_a_driver_that_is_unloaded_leaves_every_device_absent(tmp_path: Path) -> None:
    root = tree(tmp_path / "root", BEFORE_2_31)
    devices = DeviceTree(root, HOST)
    collected(devices)
    shutil.rmtree(root)
    batch, report = collected(devices, at=60_000)
    assert len(batch) == 0
    assert [absence.reason for absence in report.absences] == ["the driver no longer lists it"]


def test_facts_of_a_device_and_of_the_driver_are_said(tmp_path: Path) -> None:
    version = tmp_path / "version"
    version.write_text("2.30.2.0\n")
    devices = DeviceTree(tree(tmp_path / "root", BEFORE_2_31), HOST, version=version)
    _, report = collected(devices)
    assert {(dict(fact.subject).get("hw.id"), fact.name, fact.value) for fact in report.facts} == {
        (None, "aws.neuron.driver.version", "2.30.2.0"),
        ("neuron0", "hw.serial_number", "19fcda00f5ff6eb9"),
        ("neuron0", "hw.model", "Trainium1"),
        ("neuron0", "aws.neuron.device.architecture", "ND2"),
    }
    assert collected(devices, at=1_000)[1].facts == ()


@pytest.mark.parametrize("text", ["", "-1", "1.5", "x", "9" * 400, "٣"])
def test_a_counter_that_is_no_count_is_no_sample(text: str, tmp_path: Path) -> None:
    root = tree(tmp_path, {"stats/hardware/mem_ecc_uncorrected": text})
    batch, _ = collected(DeviceTree(root, HOST))
    assert len(batch) == 0


def test_a_word_that_nobody_explained_is_no_health(tmp_path: Path) -> None:
    node = "stats/hardware/health_status/unhealthy_components"
    for text, found in (("none", [0.0]), ("hbm,flux_capacitor", []), ("0x3", [])):
        tree(tmp_path, {node: text})
        batch, _ = collected(DeviceTree(tmp_path, HOST))
        assert batch.value.tolist() == found


def test_links_are_not_followed_and_other_folders_are_no_devices(tmp_path: Path) -> None:
    tree(tmp_path, {"stats/hardware/sram_ecc_uncorrected": "1"})
    (tmp_path / "neuron0" / "stats" / "again").symlink_to(tmp_path / "neuron0")
    (tmp_path / "power").mkdir()
    found = Tree.found(tmp_path)
    assert found.devices == (0,)
    assert len(found.counts) == 1


def test_no_tree_is_an_error() -> None:
    with pytest.raises(CollectorError, match="no sysfs tree"):
        list(DeviceTree(Path("/nowhere"), HOST).collect(0, NOTHING))


def test_reading_writes_nothing(tmp_path: Path) -> None:
    root = tree(tmp_path, BEFORE_2_31)
    files = [path for path in root.rglob("*") if path.is_file()]
    for path in files:
        path.chmod(0o444)
    before = [path.stat().st_mtime_ns for path in files]
    batch, _ = collected(DeviceTree(root, HOST))
    assert [path.stat().st_mtime_ns for path in files] == before
    assert key_where(batch, "aws.neuron.device.reset.count").kind is Kind.COUNTER
