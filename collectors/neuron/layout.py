"""Which field of a neuron-monitor report is which signal, in which unit: what runtimes say.

Field names are those of the Neuron documentation and of reports seen in the wild, which differ:
`flops` (documentation) is `effective_flops` in newer reports, absent on inf1; the error kind is
written `numeric` and `numerical`. A group's `error` text is no reason to drop what it still says:
"open /proc/PID/stat" is ordinary in containers.
"""

import re
from collections.abc import Iterator

from collectors.instruments import Reading
from collectors.json_object import JsonObject
from collectors.neuron.hardware import Hardware

GROUPS = {
    "neuroncore_counters": ("aws.neuron.core.utilization", "aws.neuron.core.flops"),
    "memory_used": ("aws.neuron.runtime.memory.usage", "aws.neuron.core.memory.usage"),
    "execution_stats": ("aws.neuron.execution.count", "aws.neuron.execution.errors"),
    "neuron_runtime_vcpu_usage": ("aws.neuron.runtime.cpu.utilization",),
}
"""The groups of a runtime, and what is missing where one cannot be had."""

TAG = "aws.neuron.runtime.tag"
KIND = "aws.neuron.memory.kind"
LOCATION = "aws.neuron.memory.location"
OUTCOME = "aws.neuron.execution.outcome"

_ERROR_NAMES = {"numeric": "numerical"}
_PHYSICAL = re.compile(r"v\d+d")
"""`v3d`: under a logical core, the physical ones that it is made of."""


def of_runtime(runtime: JsonObject, hardware: Hardware) -> Iterator[Reading]:
    """Everything one runtime says; it lists every core of the node, not only its own."""
    tag = runtime.text("neuron_runtime_tag") or runtime.text("pid")
    groups = runtime.child("report")
    yield from _cores(groups.child("neuroncore_counters"), hardware)
    yield from _memory(groups.child("memory_used"), tag, hardware)
    yield from _executions(groups.child("execution_stats"), tag)
    yield from _cpu(groups.child("neuron_runtime_vcpu_usage"), tag)


def _cores(counters: JsonObject, hardware: Hardware) -> Iterator[Reading]:
    in_use = counters.child("neuroncores_in_use")
    for core in in_use:
        labels = hardware.core(core)
        usage = in_use.child(core)
        busy = usage.number("neuroncore_utilization")
        if busy is not None:
            yield "aws.neuron.core.utilization", labels, busy / 100
        flops = usage.number("effective_flops")
        flops = usage.number("flops") if flops is None else flops
        if flops is not None:
            yield "aws.neuron.core.flops", labels, flops
        yield from _physical(usage, labels)


def _physical(usage: JsonObject, logical: dict[str, str]) -> Iterator[Reading]:
    for name in usage:
        if name.startswith("v") and _PHYSICAL.fullmatch(name):
            parts = usage.child(name)
            for core in parts:
                busy = parts.child(core).number("neuroncore_utilization")
                if busy is not None:
                    labels = {"hw.id": core, "hw.parent": logical["hw.id"]}
                    yield "aws.neuron.physical_core.utilization", labels, busy / 100


def _memory(group: JsonObject, tag: str, hardware: Hardware) -> Iterator[Reading]:
    used = group.child("neuron_runtime_used_bytes")
    for location in ("host", "neuron_device"):
        size = used.number(location)
        if size is not None:
            yield "aws.neuron.runtime.memory.usage", {TAG: tag, LOCATION: location}, size
    parts = used.child("usage_breakdown")
    cores = parts.child("neuroncore_memory_usage")
    for core in cores:
        labels = hardware.core(core)
        for kind, size in cores.child(core).numbers():
            yield "aws.neuron.core.memory.usage", {**labels, KIND: kind}, size
    for kind, size in parts.child("host").numbers():
        yield "aws.neuron.host.memory.usage", {KIND: kind}, size
    if "loaded_models" in group:
        count = sum(1 for _ in group.children("loaded_models"))
        yield "aws.neuron.runtime.model.count", {TAG: tag}, float(count)


def _executions(stats: JsonObject, tag: str) -> Iterator[Reading]:
    period = stats.number("period") or 0.0
    for kind, count in stats.child("error_summary").numbers():
        labels = {"error.type": _ERROR_NAMES.get(kind, kind)}
        yield "aws.neuron.execution.errors", labels, count
    for outcome, count in stats.child("execution_summary").numbers():
        yield "aws.neuron.execution.count", {OUTCOME: outcome}, count
        if period > 0:
            yield "aws.neuron.execution.rate", {OUTCOME: outcome}, count / period
    for part in ("total", "device"):
        shared = {TAG: tag, "aws.neuron.latency": part}
        for percentile, seconds in stats.child("latency_stats").child(f"{part}_latency").numbers():
            yield "aws.neuron.execution.latency", {**shared, "percentile": percentile}, seconds


def _cpu(group: JsonObject, tag: str) -> Iterator[Reading]:
    """In a container /proc/PID is another one's: the zeros beside such an error were not measured."""
    usage = dict(group.child("vcpu_usage").numbers())
    if group.text("error") and not any(usage.values()):
        return
    for mode, percent in usage.items():
        labels = {TAG: tag, "cpu.mode": mode}
        yield "aws.neuron.runtime.cpu.utilization", labels, percent / 100
