from pathlib import Path

import pytest

from collectors import find
from collectors.base import CollectorError
from collectors.neuron.collector import Neuron
from reinfra.config.sources import NeuronSource
from reinfra.model import Batch, Coverage, Report
from reinfra.signals import signals
from tests.collectors.neuron.program import program
from tests.collectors.neuron.trees import BEFORE_2_31, tree
from tests.collectors.recordings import key_where, value


def source(tmp_path: Path, body: str, **more: object) -> Neuron:
    settings = {
        "command": str(program(tmp_path, body)),
        "sysfs": str(tree(tmp_path / "sysfs", BEFORE_2_31)),
        "kernel_log": str(tmp_path / "kern.log"),
        "labels": {"rack": "r1", "host.name": "not this one"},
        **more,
    }
    (tmp_path / "kern.log").touch()
    return Neuron.of(NeuronSource.model_validate(settings), lambda: 9_000)


def collected(neuron: Neuron) -> tuple[Batch, list[Report], str]:
    batches: list[Batch] = []
    reports: list[Report] = []
    error = ""
    try:
        for each in neuron.collect():
            (batches if isinstance(each, Batch) else reports).append(each)  # type: ignore[arg-type]
    except CollectorError as failure:
        error = str(failure)
    return Batch.concat(batches), reports, error


def test_all_three_parts_are_one_host(tmp_path: Path) -> None:
    neuron = source(tmp_path, "say(report)\nstay()")
    batch, _, error = collected(neuron)
    neuron.close()
    assert error == ""
    assert {key.label("host.name") for key in batch.keys} == {neuron.host}
    assert {key.label("rack") for key in batch.keys} == {"r1"}
    names = {key.metric for key in batch.keys}
    assert {"aws.neuron.core.utilization", "aws.neuron.device.power.utilization"} <= names
    assert "aws.neuron.hardware.errors" in names
    assert not {name for name in names if name.startswith("system.")}


def test_every_sample_is_of_a_registered_signal(tmp_path: Path) -> None:
    neuron = source(tmp_path, "say(report)\nstay()", system_metrics=True)
    batch, _, _ = collected(neuron)
    neuron.close()
    for key in batch.keys:
        assert (key.kind, key.unit) == (signals()[key.metric].kind, signals()[key.metric].unit)
    assert value(batch, "system.memory.usage") == 81_207_975_936


def test_the_monitors_word_on_ecc_wins_while_it_runs(tmp_path: Path) -> None:
    """The tree says 1 and the report 0: were both kept, the counter would jump at every reading."""
    neuron = source(tmp_path, "say(report)\nstay()")
    batch, _, _ = collected(neuron)
    neuron.close()
    ecc = {"hw.id": "neuron0", "error.type": "mem_ecc_uncorrected"}
    assert value(batch, "aws.neuron.ecc.events", ecc) == 0


def test_where_the_monitor_is_dead_the_rest_is_given_and_then_the_error(tmp_path: Path) -> None:
    neuron = source(tmp_path, "sys.exit(1)")
    batch, _, error = collected(neuron)
    neuron.close()
    assert "ended with 1" in error
    ecc = {"hw.id": "neuron0", "error.type": "mem_ecc_uncorrected"}
    assert value(batch, "aws.neuron.ecc.events", ecc) == 1
    assert value(batch, "aws.neuron.monitor.start.count") >= 1


def test_without_a_tree_what_it_would_give_is_absent(tmp_path: Path) -> None:
    neuron = source(tmp_path, "say(report)\nstay()", sysfs="/nowhere")
    _, reports, error = collected(neuron)
    neuron.close()
    assert error == ""
    absences = [one for report in reports for one in report.absences if "power" in one.signal]
    assert [one.state for one in absences] == [Coverage.FAILING]


def test_a_tree_alone_is_a_source_and_none_at_all_is_an_error(tmp_path: Path) -> None:
    alone = source(tmp_path, "", command="", kernel_log="")
    batch, _, error = collected(alone)
    assert (error, "aws.neuron.ecc.events" in {key.metric for key in batch.keys}) == ("", True)
    nothing = source(tmp_path, "", command="", kernel_log="", sysfs="/nowhere")
    assert "no sysfs tree" in collected(nothing)[2]
    nothing.close()


def test_power_is_never_in_watts(tmp_path: Path) -> None:
    alone = source(tmp_path, "", command="", kernel_log="")
    batch, _, _ = collected(alone)
    power = key_where(batch, "aws.neuron.device.power.utilization", {"reinfra.statistic": "avg"})
    assert power.unit == "1"
    assert all(key.unit not in {"W", "J"} for key in batch.keys)


def test_it_is_registered_and_not_present_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert find("neuron") is Neuron
    assert Neuron.present() is Path("/sys/devices/virtual/neuron_device").is_dir()
