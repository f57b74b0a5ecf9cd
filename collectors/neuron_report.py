"""The layout of a neuron-monitor report: which field is which signal, in which unit.

Field names are those of the Neuron documentation and of reports seen in the wild, which differ:
`flops` (documentation) is `effective_flops` in newer reports, absent on inf1; the error kind is
written `numeric` and `numerical`. A group's `error` text is no reason to drop what it still says:
"open /proc/PID/stat" is ordinary in containers.
"""

from collections.abc import Iterator

from collectors.base import CollectorError
from collectors.json_object import JsonObject, parse_object

MAX_BYTES = 16 * 1024 * 1024
"""A report of 32 runtimes on 32 cores is 0.4 MB."""

Reading = tuple[str, dict[str, str], float]
"""A registered signal, its labels without the host's, its value in base units."""

_ERROR_NAMES = {"numeric": "numerical"}
_ECC = ("mem_ecc_corrected", "mem_ecc_uncorrected", "sram_ecc_corrected", "sram_ecc_uncorrected")
_HOST_LABELS = {
    "host.id": "instance_id",
    "host.type": "instance_type",
    "cloud.region": "instance_region",
}


def parse(text: str | bytes) -> JsonObject:
    if len(text) > MAX_BYTES:
        raise CollectorError(f"a report of more than {MAX_BYTES:,} bytes", where="neuron-monitor")
    report = parse_object(text, "neuron-monitor")
    if "neuron_runtime_data" not in report and "system_data" not in report:
        why = "neither neuron_runtime_data nor system_data is in it"
        raise CollectorError("not a neuron-monitor report", where="neuron-monitor", why=why)
    return report


def host_labels(report: JsonObject) -> dict[str, str]:
    """OpenTelemetry's host attributes; the instance id names a host that has no other name."""
    info = report.child("instance_info")
    labels = {label: info.text(field) for label, field in _HOST_LABELS.items()}
    return {**labels, "host.name": info.text("instance_name") or info.text("instance_id")}


def readings(report: JsonObject) -> Iterator[Reading]:
    """Everything the report says, runtime by runtime, not yet combined."""
    per_device = _cores_per_device(report)
    for runtime in report.children("neuron_runtime_data"):
        tag = runtime.text("neuron_runtime_tag") or runtime.text("pid")
        groups = runtime.child("report")
        yield from _cores(groups.child("neuroncore_counters"), per_device)
        yield from _memory(groups.child("memory_used"), tag)
        yield from _executions(groups.child("execution_stats"), tag)
    system = report.child("system_data")
    yield from _ecc(system.child("neuron_hw_counters"))
    yield from _host(system)


def _cores_per_device(report: JsonObject) -> int:
    """0 where the core numbers of the report cannot be mapped to devices."""
    hardware = report.child("neuron_hardware_info")
    if hardware.number("logical_neuroncore_config") not in (None, 1.0):
        return 0  # logical cores span physical ones, and the count is of physical ones
    return int(hardware.number("neuroncore_per_device_count") or 0)


def _cores(counters: JsonObject, per_device: int) -> Iterator[Reading]:
    in_use = counters.child("neuroncores_in_use")
    for core in in_use:
        if not core.isdecimal():
            raise CollectorError(f"{core!r} is no core number", where="neuron-monitor")
        labels = {"hw.id": f"neuroncore{core}"}
        if per_device:
            labels["hw.parent"] = f"neuron{int(core) // per_device}"
        usage = in_use.child(core)
        busy = usage.number("neuroncore_utilization")
        if busy is not None:
            yield "aws.neuron.core.utilization", labels, busy / 100
        flops = usage.number("effective_flops")
        flops = usage.number("flops") if flops is None else flops
        if flops is not None:
            yield "aws.neuron.core.flops", labels, flops


def _memory(group: JsonObject, tag: str) -> Iterator[Reading]:
    used = group.child("neuron_runtime_used_bytes")
    for location in ("host", "neuron_device"):
        size = used.number(location)
        if size is not None:
            labels = {"aws.neuron.runtime.tag": tag, "aws.neuron.memory.location": location}
            yield "aws.neuron.runtime.memory.usage", labels, size


def _executions(stats: JsonObject, tag: str) -> Iterator[Reading]:
    for kind, count in stats.child("error_summary").numbers():
        yield "aws.neuron.execution.errors", {"error.type": _ERROR_NAMES.get(kind, kind)}, count
    for outcome, count in stats.child("execution_summary").numbers():
        yield "aws.neuron.execution.count", {"aws.neuron.execution.outcome": outcome}, count
    for part in ("total", "device"):
        shared = {"aws.neuron.runtime.tag": tag, "aws.neuron.latency": part}
        for percentile, seconds in stats.child("latency_stats").child(f"{part}_latency").numbers():
            yield "aws.neuron.execution.latency", {**shared, "percentile": percentile}, seconds


def _ecc(counters: JsonObject) -> Iterator[Reading]:
    for device in counters.children("neuron_devices"):
        index = device.number("neuron_device_index")
        if index is None:
            raise CollectorError("a device without its index", where="neuron-monitor")
        for kind in _ECC:
            count = device.number(kind)
            if count is not None:
                labels = {"hw.id": f"neuron{int(index)}", "error.type": kind}
                yield "aws.neuron.ecc.events", labels, count


def _host(system: JsonObject) -> Iterator[Reading]:
    memory = system.child("memory_info")
    for signal, name in (("usage", "memory_used_bytes"), ("limit", "memory_total_bytes")):
        size = memory.number(name)
        if size is not None:
            yield f"system.memory.{signal}", {}, size
    usage = system.child("vcpu_usage").child("average_usage")
    idle = usage.number("idle")
    if idle is not None:
        yield "system.cpu.utilization", {}, (100 - idle - (usage.number("io_wait") or 0)) / 100
