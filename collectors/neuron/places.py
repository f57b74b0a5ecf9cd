"""Which node of the Neuron driver's tree is which signal, told by the last names of its path."""

from collectors.neuron.layout import KIND, LOCATION
from collectors.neuron.tree import Node

ECC = "aws.neuron.ecc.events"
POWER = "aws.neuron.device.power.utilization"
MEMORY = "aws.neuron.device.memory.usage"
STATUS = "aws.neuron.core.status.count"
RESETS = "aws.neuron.device.reset.count"
LOADS = "aws.neuron.core.model_load.count"
UNHEALTHY = "aws.neuron.device.unhealthy_component.count"
COUNTS = (ECC, MEMORY, STATUS, RESETS, LOADS)

COMPONENTS = frozenset(
    {
        "hbm",
        "sram",
        "firmware_service_api",
        "firmware_service_processor",
        "link_intraserver",
        "link_host",
        "link_efa",
        "link_interserver",
        "link_switch",
        "axi_fabric",
    }
)
"""What the firmware's health bitmap can name (release notes of driver 2.30.2)."""

FACTS = {
    "serial_number": "hw.serial_number",
    "device_name": "hw.model",
    "arch_type": "aws.neuron.device.architecture",
}
_LOCATIONS = {"device_mem": "neuron_device", "host_mem": "host"}
_OTHERS = {
    "reset_req_count": (RESETS, {"aws.neuron.reset.outcome": "requested"}),
    "reset_fail_count": (RESETS, {"aws.neuron.reset.outcome": "failed"}),
    "model_load_count": (LOADS, {}),
}

Place = tuple[str, dict[str, str]]
"""A signal, and the labels of one of its series."""


def device(number: int) -> dict[str, str]:
    return {"hw.id": f"neuron{number}"}


def of_count(node: Node) -> Place | None:
    """What a node counts, None where it is no count that is read here.

    A counter is a folder: its `total` accumulates, or for memory is what is in use now; `present` is
    the last change, so no level at all. `flop_count`, `nc_time_in_use` and `inference_count` are
    left out: they stayed 0 under load before driver 2.30.2, and neuron-monitor says the same.
    """
    last = node.ends[-1]
    if last in {"present", "peak"}:
        return None
    names = node.ends[:-1] if last == "total" else node.ends
    name, group = names[-1], names[-2] if len(names) > 1 else ""
    labels = device(node.device)
    if name.startswith(("mem_ecc_", "sram_ecc_")):
        return ECC, {**labels, "error.type": name}
    if name in _OTHERS:
        signal, own = _OTHERS[name]
        return signal, {**labels, **own}
    if group in _LOCATIONS and last == "total":
        return MEMORY, {**labels, LOCATION: _LOCATIONS[group], KIND: name}
    if group == "status" and last == "total" and node.core is not None:
        core = {"hw.id": f"{labels['hw.id']}.core{node.core}", "hw.parent": labels["hw.id"]}
        # Driver 2.8 renamed infer_* to execute_*; the guide kept the old names.
        return STATUS, {**core, "aws.neuron.status": name.replace("infer_", "execute_")}
    return None


def is_power(node: Node) -> bool:
    """Not the folder `power` of the kernel's own power management, which has no such file."""
    return node.core is None and node.ends[-2:] == ("power", "utilization")


def is_health(node: Node) -> bool:
    return node.ends[-1] == "unhealthy_components"
