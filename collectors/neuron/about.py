"""What a neuron-monitor report says beside numbers: what the node is, and what it could not read."""

from collections.abc import Iterator, Mapping

from collectors.json_object import JsonObject
from collectors.neuron import layout, system
from reinfra.model import Absence, Coverage, Fact, Subject, subject

_INSTANCE = {
    "host.id": "instance_id",
    "host.type": "instance_type",
    "host.image.id": "ami_id",
    "cloud.region": "instance_region",
    "cloud.availability_zone": "instance_availability_zone",
    "aws.ec2.availability_zone.id": "instance_availability_zone_id",
    "aws.neuron.ultraserver.id": "ultraserver_id",
}
_HARDWARE = {
    "aws.neuron.device.type": "neuron_device_type",
    "aws.neuron.device.generation": "neuron_device_version",
    "aws.neuron.device.count": "neuron_device_count",
    "aws.neuron.core.generation": "neuroncore_version",
    "aws.neuron.core.per_device": "neuroncore_per_device_count",
    "aws.neuron.core.logical_config": "logical_neuroncore_config",
}
_POD = {"k8s.pod.name": "pod_name", "k8s.namespace.name": "namespace"}
_EMPTY_PLACES = {"", "unknown"}
_REPORT_GROUPS = {
    "neuron_runtime_data",
    "system_data",
    "instance_info",
    "neuron_hardware_info",
    "neuron_k8s_info",
}


def facts(report: JsonObject, host: Mapping[str, str]) -> Iterator[Fact]:
    """Of the host, and of cores that a pod holds. Subnets are nobody's business here."""
    this = subject(host)
    for group, fields in (("instance_info", _INSTANCE), ("neuron_hardware_info", _HARDWARE)):
        info = report.child(group)
        for name, field in fields.items():
            value = info.text(field)
            if value.lower() not in _EMPTY_PLACES:
                yield Fact(this, name, value)
    pods = report.child("neuron_k8s_info").child("neuroncores_k8s_info")
    for core in pods:
        holder = pods.child(core)
        held = subject({**host, "hw.id": f"neuroncore{core}"})
        for name, field in _POD.items():
            if holder.text(field):
                yield Fact(held, name, holder.text(field))


def absences(report: JsonObject, host: Mapping[str, str]) -> Iterator[Absence]:
    """Every group that says it failed, in its own words; for runtimes, the first one's stand for all."""
    this = subject(host)
    reasons: dict[str, list[str]] = {}
    for runtime in report.children("neuron_runtime_data"):
        groups = runtime.child("report")
        for group in layout.GROUPS:
            said = runtime.text("error") or groups.child(group).text("error")
            if said:
                reasons.setdefault(group, []).append(said)
    for group, texts in reasons.items():
        more = f" (and {len(texts) - 1} more runtimes)" if len(texts) > 1 else ""
        for signal in layout.GROUPS[group]:
            yield Absence(this, signal, Coverage.FAILING, texts[0] + more)
    yield from _of_system(report, this)


def _of_system(report: JsonObject, this: Subject) -> Iterator[Absence]:
    for group, signals in system.GROUPS.items():
        said = report.child("system_data").child(group).text("error")
        for signal in signals if said else ():
            yield Absence(this, signal, Coverage.FAILING, said)
    said = report.child("neuron_hardware_info").text("error")
    if said:
        yield Absence(this, "aws.neuron.core.utilization", Coverage.FAILING, said)


def unknown_groups(report: JsonObject) -> dict[str, int]:
    """Groups that a newer neuron-monitor gives and nobody here reads, counted by name."""
    names = [name for name in report if name not in _REPORT_GROUPS]
    names += [name for name in report.child("system_data") if name not in system.GROUPS]
    for runtime in report.children("neuron_runtime_data"):
        names += [name for name in runtime.child("report") if name not in layout.GROUPS]
    return {f"neuron-monitor group {name[:60]} is not known": names.count(name) for name in names}
