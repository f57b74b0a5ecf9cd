import json
from typing import Any

import pytest

from collectors.neuron.report import Reader, parse
from reinfra.model import Coverage, Report
from tests.collectors.neuron.program import CAPTURE

HOST = {"host.name": "h", "rack": "r1"}


def beside(report: dict[str, Any]) -> Report:
    return Reader(HOST).beside(parse(json.dumps({"system_data": {}, **report})))


def test_what_a_node_is_are_facts_and_subnets_are_not() -> None:
    told = Reader(HOST).beside(parse(CAPTURE))
    facts = {fact.name: fact.value for fact in told.facts}
    assert facts["host.type"] == "trn1n.32xlarge"
    assert facts["aws.neuron.device.count"] == "16"
    assert not [value for value in facts.values() if value.startswith("subnet")]
    assert {fact.subject for fact in told.facts} == {(("host.name", "h"),)}


def test_a_new_report_says_its_ultraserver_and_its_logical_cores() -> None:
    info = {"instance_type": "trn2u.48xlarge", "ultraserver_id": "us-1", "instance_region": ""}
    hardware = {"logical_neuroncore_config": 2, "neuron_device_version": "unknown"}
    told = beside({"instance_info": info, "neuron_hardware_info": hardware})
    assert {(fact.name, fact.value) for fact in told.facts} == {
        ("host.type", "trn2u.48xlarge"),
        ("aws.neuron.ultraserver.id", "us-1"),
        ("aws.neuron.core.logical_config", "2"),
    }


def test_a_core_knows_the_pod_that_holds_it() -> None:
    pods = {"neuroncores_k8s_info": {"0": {"pod_name": "p0", "namespace": "n0"}}}
    told = beside({"neuron_k8s_info": pods})
    assert [(dict(fact.subject)["hw.id"], fact.value) for fact in told.facts] == [
        ("neuroncore0", "p0"),
        ("neuroncore0", "n0"),
    ]


def test_every_failing_group_is_an_absence_of_its_signals_in_its_own_words() -> None:
    told = Reader(HOST).beside(parse(CAPTURE))
    (absence,) = told.absences
    assert (absence.signal, absence.state) == (
        "aws.neuron.runtime.cpu.utilization",
        Coverage.FAILING,
    )
    assert (
        absence.reason == "open /proc/784315/stat: no such file or directory (and 31 more runtimes)"
    )


def test_a_runtime_that_cannot_be_read_lacks_every_group() -> None:
    told = beside({"neuron_runtime_data": [{"pid": 1, "error": "gone", "report": {}}]})
    signals = {absence.signal for absence in told.absences}
    assert {"aws.neuron.core.utilization", "aws.neuron.execution.errors"} <= signals
    assert {absence.reason for absence in told.absences} == {"gone"}


def test_a_driver_that_is_not_installed_is_said_by_the_node() -> None:
    told = beside({"neuron_hardware_info": {"error": "no neuron driver"}})
    assert [absence.reason for absence in told.absences] == ["no neuron driver"]


def test_a_group_that_nobody_knows_is_counted() -> None:
    runtimes: list[dict[str, Any]] = [
        {"report": {"efa_counters": {}, "memory_used": {}}} for _ in range(2)
    ]
    told = beside({"neuron_runtime_data": runtimes, "weather": {}})
    assert told.refused == {
        "neuron-monitor group efa_counters is not known": 2,
        "neuron-monitor group weather is not known": 1,
    }


def test_keys_of_runtimes_that_come_and_go_do_not_pile_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("collectors.neuron.report._MOST_KEYS", 100)
    reader = Reader(HOST)
    for pid in range(300):
        used = {"neuron_runtime_used_bytes": {"host": 1, "neuron_device": 2}}
        runtime = {"pid": pid, "report": {"memory_used": used}}
        reader.read(parse(json.dumps({"neuron_runtime_data": [runtime]})), 0)
    assert len(reader._keys) <= 100
