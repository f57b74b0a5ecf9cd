"""What a neuron-monitor report says of the node: ECC of its devices, processors and memory of the host."""

from collections.abc import Iterator

from collectors.base import CollectorError
from collectors.instruments import Reading
from collectors.json_object import JsonObject
from collectors.neuron.hardware import Hardware

GROUPS = {
    "neuron_hw_counters": ("aws.neuron.ecc.events",),
    "memory_info": ("system.memory.usage",),
    "vcpu_usage": ("system.cpu.utilization",),
}
"""The groups of the node, and what is missing where one cannot be had."""

_ECC = ("mem_ecc_corrected", "mem_ecc_uncorrected", "sram_ecc_corrected", "sram_ecc_uncorrected")
_SIZES = {
    "system.memory.usage": "memory_used_bytes",
    "system.memory.limit": "memory_total_bytes",
    "system.paging.usage": "swap_used_bytes",
    "system.paging.limit": "swap_total_bytes",
}


def of_devices(report: JsonObject, hardware: Hardware) -> Iterator[Reading]:
    for device in (
        report.child("system_data").child("neuron_hw_counters").children("neuron_devices")
    ):
        index = device.number("neuron_device_index")
        if index is None:
            raise CollectorError("a device without its index", where="neuron-monitor")
        for kind in _ECC:
            count = device.number(kind)
            if count is not None:
                labels = {"hw.id": f"neuron{int(index)}", "error.type": kind}
                yield "aws.neuron.ecc.events", labels, count
    if hardware.device_memory is not None:
        for index in range(hardware.device_count):
            labels = {"hw.id": f"neuron{index}"}
            yield "aws.neuron.device.memory.limit", labels, hardware.device_memory


def of_host(report: JsonObject) -> Iterator[Reading]:
    """The same signals that the host collector gives."""
    system = report.child("system_data")
    memory = system.child("memory_info")
    for signal, name in _SIZES.items():
        size = memory.number(name)
        if size is not None:
            yield signal, {}, size
    usage = system.child("vcpu_usage").child("average_usage")
    idle = usage.number("idle")
    if idle is not None:
        busy = 100 - idle - (usage.number("io_wait") or 0)
        yield "system.cpu.utilization", {}, busy / 100
