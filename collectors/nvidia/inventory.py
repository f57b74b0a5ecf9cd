"""The GPUs and MIG devices that NVML knows of, made ready to be asked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from collectors.nvidia.binding import Handle, Nvml
from collectors.nvidia.device import Device
from collectors.nvidia.gpm import Sampler
from collectors.nvidia.hearing import Heard
from collectors.nvidia.labels import gpu_labels, mig_labels
from collectors.nvidia.meaning import GoneError, Silence, silence
from collectors.nvidia.questions import Ways, metric_names, questions
from reinfra.model import Absence, Coverage, Origin, subject

_MIG_SIGNALS = (
    "hw.gpu.memory.usage",
    "hw.gpu.memory.limit",
    "hw.gpu.memory.free",
    "hw.gpu.memory.reserved",
    "hw.gpu.bar1.usage",
    "hw.gpu.bar1.limit",
    "hw.gpu.process.count",
    "hw.gpu.process.memory.usage",
    "hw.gpu.ecc.errors",
)
_BEFORE_HOPPER = Silence(Coverage.UNSUPPORTED, "NVML: GPM metrics need a GPU of Hopper or later")
_PCIE_SAMPLING = "nvmlDeviceGetPcieThroughput"


@dataclass(frozen=True, slots=True)
class Inventory:
    """`pcie` False leaves out what holds a collection up: 20 ms of watching for each direction."""

    nvml: Nvml
    host: str
    labels: Mapping[str, str] = field(default_factory=dict)
    origin: Origin = Origin.LIVE
    pcie: bool = True

    def gpus(self) -> tuple[list[Device], list[Absence]]:
        """Every GPU, and those that are counted but do not answer. Raises NVMLError and OverError."""
        found, lost = [], []
        for index in range(self.nvml.nvmlDeviceGetCount()):
            try:
                found.append(self._gpu(index))
            except GoneError as error:
                who = subject({"host.name": self.host, "hw.id": f"nvidia{index}"})
                lost.append(Absence(who, "", Coverage.FAILING, str(error)))
        return found, lost

    def mig_devices(self, parent: Device, known: Mapping[str, Device]) -> list[Device]:
        """The MIG devices of a GPU that are there now; `known` ones, by UUID, are given again.

        Raises NVMLError.
        """
        nvml = self.nvml
        enabled, _ = nvml.nvmlDeviceGetMigMode(parent.handle)
        most = nvml.nvmlDeviceGetMaxMigDeviceCount(parent.handle) if enabled else 0
        found = []
        for index in range(most):
            try:
                handle = nvml.nvmlDeviceGetMigDeviceHandleByIndex(parent.handle, index)
            except nvml.NVMLError_NotFound:
                continue
            uuid = nvml.nvmlDeviceGetUUID(handle)
            device = known.get(uuid) or self._mig_device(parent, handle, uuid)
            device.handle = handle
            found.append(device)
        return found

    def _gpu(self, index: int) -> Device:
        nvml = self.nvml
        try:
            handle = nvml.nvmlDeviceGetHandleByIndex(index)
            uuid, name = nvml.nvmlDeviceGetUUID(handle), nvml.nvmlDeviceGetName(handle)
        except nvml.NVMLError as error:
            raise GoneError(silence(nvml, error, "nvmlDeviceGetHandleByIndex").reason) from error
        labels = {**self.labels, **gpu_labels(self.host, uuid, name)}
        sampler = self._sampler(handle, lambda sample: nvml.nvmlGpmSampleGet(handle, sample))
        return Device(nvml, handle, labels, self._gpu_ways(), self.origin, sampler, Heard())

    def _mig_device(self, parent: Device, handle: Handle, uuid: str) -> Device:
        nvml, whole = self.nvml, parent.handle
        own = mig_labels(self.host, uuid, nvml.nvmlDeviceGetName(handle), parent.labels["hw.id"])
        instance = nvml.nvmlDeviceGetGpuInstanceId(handle)
        sampler = self._sampler(
            whole, lambda sample: nvml.nvmlGpmMigSampleGet(whole, instance, sample)
        )
        return Device(
            nvml, handle, {**self.labels, **own}, _mig_ways(), self.origin, sampler, heard=None
        )

    def _sampler(self, gpu: Handle, take: Callable[[Any], object]) -> Sampler | Silence:
        nvml = self.nvml
        try:
            if not nvml.nvmlGpmQueryDeviceSupport(gpu).isSupportedDevice:
                return _BEFORE_HOPPER
            return Sampler(nvml, metric_names(questions()), take)
        except nvml.NVMLError as error:
            return silence(nvml, error, "nvmlGpmQueryDeviceSupport")

    def _gpu_ways(self) -> Ways:
        skipped = () if self.pcie else (_PCIE_SAMPLING,)
        return {
            series: tuple(way for way in ways if way.function not in skipped)
            for series, ways in questions().items()
        }


def _mig_ways() -> Ways:
    """What a part of a GPU has of its own: its memory, its processes, and what its SMs do."""
    return {
        (name, labels): ways
        for (name, labels), ways in questions().items()
        if name in _MIG_SIGNALS or (ways[0].is_metric and "throughput" not in name)
    }
