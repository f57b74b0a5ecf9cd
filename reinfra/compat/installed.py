"""What is installed on one host, by the names of its facts.

| fact | from |
|---|---|
| `nvidia.driver.version` | NVML, the driver on the host |
| `torch.version`, `vllm.version`, `<package>.version` | the package's metadata |
| `torch.cuda.version` | the CUDA that torch was built for |
| `process.runtime.version` | the Python that runs them |
| `aws.neuron.sdk.version` | whoever knows the release that was installed |
| `aws.neuron.driver.version` | the kernel module, the package aws-neuronx-dkms |
| `host.type` | the instance type |
| `efa-installer.version`, `aws-ofi-nccl.version`, `nccl.version` | the host's packages |
| `cuda-compat.version` | NVIDIA's forward compatibility package |
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from reinfra.model import Fact, Subject

DRIVER = "nvidia.driver.version"
PYTHON = "process.runtime.version"
TORCH, TORCH_CUDA = "torch.version", "torch.cuda.version"
SDK = "aws.neuron.sdk.version"
NEURON_DRIVER = "aws.neuron.driver.version"
HOST_TYPE = "host.type"
EFA, OFI, NCCL = "efa-installer.version", "aws-ofi-nccl.version", "nccl.version"
CUDA_COMPAT = "cuda-compat.version"

_HOST = "host.name"


@dataclass(frozen=True, slots=True)
class Installed:
    """Every value that was said of one host; usually there is one of each name."""

    subject: Subject
    values: Mapping[str, tuple[str, ...]]

    def all(self, name: str) -> tuple[str, ...]:
        return self.values.get(name, ())


def hosts(facts: Iterable[Fact]) -> list[Installed]:
    """The facts of a host with those of its devices and processes; a subject without a host stands alone."""
    found: dict[Subject, dict[str, dict[str, None]]] = defaultdict(lambda: defaultdict(dict))
    for fact in facts:
        own = tuple(pair for pair in fact.subject if pair[0] == _HOST) or fact.subject
        for value in fact.value.split(","):  # several values of one name are stored as one
            if value.strip():
                found[own][fact.name][value.strip()] = None
    return [
        Installed(subject, {name: tuple(values) for name, values in names.items()})
        for subject, names in found.items()
    ]
