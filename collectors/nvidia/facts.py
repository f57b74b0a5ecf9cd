"""What driver and GPUs are: versions, firmware, modes. None of it names a series; a change is an event."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from collectors.nvidia.binding import Nvml
from collectors.nvidia.device import Device
from reinfra.model import Fact, subject

_COMPUTE_MODES = ("default", "exclusive_thread", "prohibited", "exclusive_process")
_MODES = ("disabled", "enabled")


def host_facts(nvml: Nvml, host: str) -> Iterator[Fact]:
    """Versions of the driver and of what it brings along."""
    versions: dict[str, Callable[[], str]] = {
        "nvidia.driver.version": nvml.nvmlSystemGetDriverVersion,
        "nvidia.nvml.version": nvml.nvmlSystemGetNVMLVersion,
        "cuda.driver.version": lambda: cuda_version(nvml.nvmlSystemGetCudaDriverVersion_v2()),
    }
    yield from _answered(nvml, {"host.name": host}, versions)


def device_facts(
    gpu: Device, mig_devices: Iterable[Device], *, serial: bool = False
) -> Iterator[Fact]:
    """What a GPU is. Its serial number is told only where it is asked for."""
    nvml, handle = gpu.nvml, gpu.handle
    facts: dict[str, Callable[[], str]] = {
        "hw.model": lambda: gpu.labels["hw.name"],
        "hw.firmware_version": lambda: nvml.nvmlDeviceGetVbiosVersion(handle),
        "nvidia.pci.bus_id": lambda: nvml.nvmlDeviceGetPciInfo(handle).busId,
        "nvidia.compute_capability": lambda: "{}.{}".format(
            *nvml.nvmlDeviceGetCudaComputeCapability(handle)
        ),
        "nvidia.compute_mode": lambda: _COMPUTE_MODES[nvml.nvmlDeviceGetComputeMode(handle)],
        "nvidia.persistence_mode": lambda: _MODES[nvml.nvmlDeviceGetPersistenceMode(handle)],
        "nvidia.ecc.mode": lambda: _MODES[nvml.nvmlDeviceGetEccMode(handle)[0]],
        "nvidia.mig.mode": lambda: _MODES[nvml.nvmlDeviceGetMigMode(handle)[0]],
        "nvidia.mig.layout": lambda: layout(mig_devices),
    }
    if serial:
        facts["hw.serial_number"] = lambda: nvml.nvmlDeviceGetSerial(handle)
    yield from _answered(nvml, dict(gpu.subject), facts)


def cuda_version(number: int) -> str:
    """12020 is CUDA 12.2."""
    return f"{number // 1000}.{number % 1000 // 10}"


def layout(mig_devices: Iterable[Device]) -> str:
    """How a GPU is divided, such as "2 x NVIDIA A100-SXM4-80GB MIG 3g.40gb"; "" where it is whole."""
    names = Counter(device.labels["hw.name"] for device in mig_devices)
    return ", ".join(f"{count} x {name}" for name, count in sorted(names.items()))


def _answered(
    nvml: Nvml,
    labels: dict[str, str],
    asked: dict[str, Callable[[], str]],
) -> Iterator[Fact]:
    who = subject(labels)
    for name, ask in asked.items():
        try:
            value = str(ask())
        except (nvml.NVMLError, IndexError):  # IndexError: a mode that is newer than this list
            continue
        if value:
            yield Fact(who, name, value)
