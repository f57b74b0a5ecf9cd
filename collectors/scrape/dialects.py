"""What exporters call things: how a page is recognised, and which of its labels say what ours say.

Of a label that can change while the device stays the same one, such as the driver's version or the pod
that holds a GPU, the value is a fact beside the series and no part of it.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Dialect:
    """`prefixes` are of metric names that only this exporter has.

    `labels` are renamed, `facts` taken off and told apart, `dropped` say nothing that another does not.
    `rewrite` makes of a value what ours is; `fixed` is added where a device is named.
    """

    prefixes: tuple[str, ...]
    labels: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)
    dropped: frozenset[str] = frozenset()
    rewrite: Mapping[str, Callable[[str], str]] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)

    def rewritten(self, label: str, value: str) -> str:
        return self.rewrite[label](value) if label in self.rewrite else value


_NUMBERED = re.compile(r"\d+")


def _numbered(prefix: str) -> Callable[[str], str]:
    return lambda value: prefix + value if _NUMBERED.fullmatch(value) else value


_KUBERNETES = {
    "namespace": "k8s.namespace.name",
    "pod": "k8s.pod.name",
    "container": "k8s.container.name",
    "exported_namespace": "k8s.namespace.name",
    "exported_pod": "k8s.pod.name",
    "exported_container": "k8s.container.name",
}

DIALECTS: dict[str, Dialect] = {
    "dcgm": Dialect(
        prefixes=("DCGM_FI_", "DCGM_EXP_", "dcgm_"),
        labels={
            "UUID": "hw.id",
            "uuid": "hw.id",
            "Hostname": "host.name",
            "modelName": "hw.name",
            "GPU_I_ID": "nvidia.mig.gpu_instance.id",
            "GPU_I_PROFILE": "nvidia.mig.profile",
            "nvlink": "hw.gpu.link",
        },
        facts={
            "DCGM_FI_DRIVER_VERSION": "nvidia.driver.version",
            "DCGM_FI_SYSTEM_DRIVER_VERSION": "nvidia.driver.version",
            "DCGM_FI_NVML_VERSION": "nvidia.nvml.version",
            "DCGM_FI_CUDA_DRIVER_VERSION": "cuda.driver.version",
            "DCGM_FI_DEV_VBIOS_VERSION": "nvidia.vbios.version",
            "pci_bus_id": "hw.pci.address",
            **_KUBERNETES,
        },
        dropped=frozenset({"gpu", "device", "gpu_uuid"}),
        fixed={"hw.type": "gpu", "hw.vendor": "NVIDIA"},
    ),
    "neuron_prometheus": Dialect(
        prefixes=("neuroncore_", "neuron_runtime_", "neuron_hardware_info", "neurondevice_"),
        labels={
            "instance_name": "host.name",
            "neuroncore": "hw.id",
            "neuron_device_index": "hw.id",
            "runtime_tag": "aws.neuron.runtime.tag",
            "memory_location": "aws.neuron.memory.location",
            "error_type": "error.type",
            "event_type": "error.type",
            "status_type": "aws.neuron.execution.outcome",
            "usage_type": "cpu.mode",
        },
        facts={
            "instance_id": "host.id",
            "instance_type": "host.type",
            "ami_id": "host.image.id",
            "region": "cloud.region",
            "availability_zone": "cloud.availability_zone",
            "instance_region": "cloud.region",
            "instance_availability_zone": "cloud.availability_zone",
            "neuron_device_count": "aws.neuron.device.count",
            "neuroncore_per_device_count": "aws.neuron.core.per_device",
        },
        dropped=frozenset({"subnet_id"}),
        rewrite={
            "neuroncore": _numbered("neuroncore"),
            "neuron_device_index": _numbered("neuron"),
            "error_type": lambda kind: "numerical" if kind == "numeric" else kind,
        },
    ),
    "sglang": Dialect(prefixes=("sglang:",), labels={"model_name": "gen_ai.request.model"}),
    "tgi": Dialect(prefixes=("tgi_",)),
    "triton": Dialect(
        prefixes=("nv_inference_", "nv_gpu_", "nv_energy_"),
        labels={"model": "gen_ai.request.model", "gpu_uuid": "hw.id"},
        fixed={"hw.type": "gpu", "hw.vendor": "NVIDIA"},
    ),
    "vllm": Dialect(prefixes=("vllm:",), labels={"model_name": "gen_ai.request.model"}),
}


def spoken(names: Iterable[str]) -> tuple[str, ...]:
    """The dialects that a page with metrics of these names is in."""
    found = set(names)
    return tuple(
        name
        for name, dialect in DIALECTS.items()
        if any(each.startswith(dialect.prefixes) for each in found)
    )
