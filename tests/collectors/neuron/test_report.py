import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.base import CollectorError
from collectors.local_file import read_text
from collectors.neuron.report import NeuronMonitor, read_report
from reinfra.model import Batch, Kind, Origin
from tests.collectors.recordings import DATA, key_where, value

CAPTURE = read_text(DATA / "neuron" / "neuron_monitor_trn1n32xl.json.gz")


@pytest.fixture(scope="module")
def capture() -> Batch:
    return read_report(CAPTURE, 1_000)


def report(runtimes: list[dict[str, Any]], **system: object) -> str:
    data = [{"pid": 1, "neuron_runtime_tag": str(i), "report": r} for i, r in enumerate(runtimes)]
    return json.dumps({"neuron_runtime_data": data, "system_data": system})


def cores(**used: object) -> dict[str, Any]:
    return {"neuroncore_counters": {"period": 1.0, "neuroncores_in_use": used, "error": ""}}


def test_a_core_is_as_busy_as_its_busiest_runtime_says(capture: Batch) -> None:
    """Core 7 is 7 % busy in one runtime of 32 and 0 in the others: a mean would say 0.2 %."""
    for core in (0, 7, 31):
        assert value(
            capture, "aws.neuron.core.utilization", {"hw.id": f"neuroncore{core}"}
        ) == pytest.approx(core / 100)


def test_a_core_names_the_device_it_is_on(capture: Batch) -> None:
    key = key_where(capture, "aws.neuron.core.utilization", {"hw.id": "neuroncore7"})
    assert key.label("hw.parent") == "neuron3"
    assert key.label("host.name") == "DummyNodeName"
    assert key.label("host.type") == ""  # a stopped instance may start as another type


def test_the_capture_gives_every_series_it_holds_and_no_other(capture: Batch) -> None:
    counted: dict[str, int] = {}
    for key in capture.keys:
        counted[key.metric] = counted.get(key.metric, 0) + 1
    assert counted == {
        "aws.neuron.core.utilization": 32,
        "aws.neuron.core.flops": 32,
        "aws.neuron.core.memory.usage": 160,
        "aws.neuron.host.memory.usage": 4,
        "aws.neuron.runtime.memory.usage": 64,
        "aws.neuron.runtime.model.count": 32,
        "aws.neuron.execution.errors": 6,
        "aws.neuron.execution.count": 6,
        "aws.neuron.execution.rate": 6,
        "aws.neuron.ecc.events": 64,
        "system.memory.usage": 1,
        "system.memory.limit": 1,
        "system.paging.usage": 1,
        "system.paging.limit": 1,
        "system.cpu.utilization": 1,
    }


def test_memory_and_ecc_counts_are_those_of_the_capture(capture: Batch) -> None:
    memory = {"aws.neuron.runtime.tag": "535", "aws.neuron.memory.location": "host"}
    assert value(capture, "aws.neuron.runtime.memory.usage", memory) == 7_191_684
    ecc = {"hw.id": "neuron3", "error.type": "mem_ecc_corrected"}
    assert value(capture, "aws.neuron.ecc.events", ecc) == 2
    assert key_where(capture, "aws.neuron.ecc.events", ecc).kind is Kind.COUNTER
    assert value(capture, "system.memory.usage") == 81_207_975_936
    assert value(capture, "system.cpu.utilization") == pytest.approx(0.2133)  # 100 - 78.67 idle


def test_a_null_latency_is_no_sample(capture: Batch) -> None:
    assert not [key for key in capture.keys if key.metric == "aws.neuron.execution.latency"]


def test_latencies_are_kept_by_percentile_and_part() -> None:
    stats = {"total_latency": {"p50": 0.002, "p99": None}, "device_latency": {"p50": 0.001}}
    batch = read_report(report([{"execution_stats": {"latency_stats": stats}}]), 0)
    assert sorted(batch.value.tolist()) == [0.001, 0.002]
    assert {key.label("percentile") for key in batch.keys} == {"p50"}


def test_effective_flops_win_over_flops_and_inf1_has_neither() -> None:
    both, old, none = (
        read_report(report([cores(**{"0": used})]), 0)
        for used in (
            {"effective_flops": 5, "flops": 7},
            {"flops": 7},
            {"neuroncore_utilization": 50.0},
        )
    )
    assert both.value.tolist() == [5.0]
    assert old.value.tolist() == [7.0]
    assert [key.metric for key in none.keys] == ["aws.neuron.core.utilization"]


def test_counts_of_runtimes_add_up_and_both_spellings_of_numerical_are_one() -> None:
    spelled = [
        {"execution_stats": {"period": 1, "error_summary": {name: 2}}}
        for name in ("numeric", "numerical")
    ]
    batch = read_report(report(spelled), 0)
    (key,) = batch.keys
    assert (key.label("error.type"), key.kind) == ("numerical", Kind.PERIOD_COUNT)
    assert batch.value.tolist() == [4.0]


def test_an_error_in_one_group_drops_neither_it_nor_the_others() -> None:
    broken = cores(**{"0": {"neuroncore_utilization": 10.0}})
    broken["neuroncore_counters"]["error"] = "open /proc/1/stat: no such file or directory"
    broken["memory_used"] = None
    batch = read_report(report([broken], memory_info={"memory_used_bytes": 1, "new_field": [1]}), 0)
    assert sorted(batch.value.tolist()) == [0.1, 1.0]


def test_logical_cores_are_not_mapped_to_devices() -> None:
    text = json.loads(report([cores(**{"3": {"neuroncore_utilization": 1}})]))
    text["neuron_hardware_info"] = {
        "neuroncore_per_device_count": 8,
        "logical_neuroncore_config": 2,
    }
    (key,) = read_report(json.dumps(text), 0).keys
    assert key.label("hw.parent") == ""


def test_a_logical_core_is_on_the_device_that_the_documented_counts_say() -> None:
    """AWS's own trn2 sample: 16 devices, 4 cores to each, of 8 physical ones, joined by two."""
    text = json.loads(report([cores(**{"5": {"neuroncore_utilization": 1}})]))
    hardware = {"neuron_device_type": "trainium2", "logical_neuroncore_config": 2}
    for counted in (4, 8):
        text["neuron_hardware_info"] = {**hardware, "neuroncore_per_device_count": counted}
        (key,) = read_report(json.dumps(text), 0).keys
        assert key.label("hw.parent") == "neuron1"


def test_physical_cores_are_beside_the_logical_one_they_make_up() -> None:
    halves = {f"nc_v3.{n}": {"neuroncore_utilization": 21.0 + n} for n in (0, 1)}
    used = {"neuroncore_utilization": 42.0, "v3d": halves}
    other = {"neuroncore_utilization": 0.0, "v3d": {"nc_v3.0": {"neuroncore_utilization": 0.0}}}
    batch = read_report(report([cores(**{"0": used}), cores(**{"0": other})]), 0)
    labels = {"hw.id": "nc_v3.1", "hw.parent": "neuroncore0"}
    assert value(batch, "aws.neuron.physical_core.utilization", labels) == pytest.approx(0.22)
    first = {"hw.id": "nc_v3.0"}
    assert value(batch, "aws.neuron.physical_core.utilization", first) == pytest.approx(0.21)


def test_memory_is_told_by_core_and_by_what_for(capture: Batch) -> None:
    core = {"hw.id": "neuroncore1", "hw.parent": "neuron0", "aws.neuron.memory.kind": "tensors"}
    assert value(capture, "aws.neuron.core.memory.usage", core) == 6_685_773_571
    kinds = {key.label("aws.neuron.memory.kind") for key in capture.keys} - {""}
    assert kinds >= {"model_code", "constants", "model_shared_scratchpad", "dma_buffers"}


def test_a_rate_is_a_count_over_the_period_that_the_report_says() -> None:
    stats = {"period": 0.0625, "execution_summary": {"completed": 14}}
    batch = read_report(report([{"execution_stats": stats}]), 0)
    assert value(batch, "aws.neuron.execution.rate") == 224
    assert value(batch, "aws.neuron.execution.count") == 14
    assert key_where(batch, "aws.neuron.execution.count").kind is Kind.PERIOD_COUNT


@pytest.mark.parametrize("period", [None, 0, -1])
def test_a_count_without_a_period_has_no_rate(period: float | None) -> None:
    stats = {"period": period, "execution_summary": {"completed": 14}}
    batch = read_report(report([{"execution_stats": stats}]), 0)
    assert [key.metric for key in batch.keys] == ["aws.neuron.execution.count"]


def test_processor_time_that_could_not_be_read_is_no_zero() -> None:
    def told(user: float, error: str) -> list[float]:
        group = {"vcpu_usage": {"user": user, "system": 0}, "error": error}
        return list(read_report(report([{"neuron_runtime_vcpu_usage": group}]), 0).value)

    assert told(0, "open /proc/1/stat: no such file or directory") == []
    assert told(50, "open /proc/1/stat: no such file or directory") == [0.5, 0.0]
    assert told(0, "") == [0.0, 0.0]


def test_a_node_says_how_much_memory_each_device_has() -> None:
    text = json.loads(report([]))
    text["neuron_hardware_info"] = {
        "neuron_device_count": 2,
        "neuron_device_memory_size": 34_359_738_368,
    }
    batch = read_report(json.dumps(text), 0)
    assert {key.label("hw.id") for key in batch.keys} == {"neuron0", "neuron1"}
    assert set(batch.value.tolist()) == {34_359_738_368.0}


def test_a_device_count_beyond_reason_is_unknown() -> None:
    text = json.loads(report([]))
    text["neuron_hardware_info"] = {"neuron_device_count": 10**9, "neuron_device_memory_size": 1}
    assert len(read_report(json.dumps(text), 0)) == 0


def test_each_line_is_stamped_when_it_is_read() -> None:
    ticks = iter((10, 20))
    monitor = NeuronMonitor([CAPTURE, "\n", CAPTURE], clock=lambda: next(ticks))
    assert [set(batch.at.tolist()) for batch in monitor.collect()] == [{10}, {20}]
    assert all(
        key.origin is Origin.LIVE
        for batch in NeuronMonitor([CAPTURE]).collect()
        for key in batch.keys
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not valid JSON"),
        ("[1]", "should be an object"),
        ("{}", "not a neuron-monitor report"),
        ('{"neuron_runtime_data": 3}', "should be an array"),
        ('{"neuron_runtime_data": [7]}', "neuron_runtime_data[0]"),
        ("[" * 100_000, "not valid JSON"),
        ('{"system_data": {"memory_info": {"memory_used_bytes": "1"}}}', "should be a number"),
        ('{"system_data": {"memory_info": {"memory_used_bytes": true}}}', "should be a number"),
        ('{"system_data": {"memory_info": {"memory_used_bytes": NaN}}}', "NaN is no JSON number"),
        ('{"system_data": {"memory_info": {"memory_used_bytes": 1e999}}}', "that fits"),
        ('{"system_data": {"neuron_hw_counters": {"neuron_devices": [{}]}}}', "without its index"),
        (report([cores(first={})]), "'first' is no core number"),
        (" " * (16 * 1024 * 1024 + 1), "more than 16,777,216 bytes"),
    ],
)
def test_what_is_no_report_is_refused_in_one_line(text: str, said: str) -> None:
    with pytest.raises(CollectorError, match=r"(?s).*") as caught:
        read_report(text, 0)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
json_values = st.recursive(
    scalars, lambda child: st.lists(child, max_size=3) | st.dictionaries(st.text(max_size=3), child)
)


@settings(max_examples=50, deadline=None)
@given(json_values, st.sampled_from(["report", "pid", "neuron_runtime_tag", "error"]))
def test_a_damaged_report_is_read_or_refused_but_never_crashes(damage: object, field: str) -> None:
    text = json.loads(report([cores(**{"0": {"neuroncore_utilization": 1}})]))
    text["neuron_runtime_data"][0][field] = damage
    try:
        batch = read_report(json.dumps(text), 0)
    except CollectorError:
        return
    assert len(batch) == len(batch.keys)
