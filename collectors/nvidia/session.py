"""NVML, opened once and swept at each collection; opened anew after it broke."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from collectors.base import CollectorError
from collectors.nvidia.answers import Asking
from collectors.nvidia.binding import Nvml
from collectors.nvidia.device import REPLAN, Device
from collectors.nvidia.facts import device_facts, host_facts
from collectors.nvidia.gpm import SPACING, Sampler
from collectors.nvidia.hearing import Hearing
from collectors.nvidia.inventory import Inventory
from collectors.nvidia.meaning import GoneError, OverError, broken
from collectors.nvidia.plan import Reading
from reinfra.model import Absence, Fact

Given = TypeVar("Given")


@dataclass(frozen=True, slots=True)
class Sweep:
    """Everything at one moment. `events` are counts since the sweep before; `facts` come where they are fresh."""

    at: int
    levels: tuple[Reading, ...]
    events: tuple[Reading, ...]
    absences: tuple[Absence, ...]
    facts: tuple[Fact, ...]


@dataclass(slots=True)
class Session:
    """`pause` waits between the first two GPM samples. `asking` is what was last asked, and of which device."""

    nvml: Nvml
    inventory: Inventory
    pause: Callable[[float], None]
    serial: bool = False
    asking: tuple[str, str] = ("", "")
    _hearing: Hearing | None = None
    _gpus: list[Device] = field(default_factory=list)
    _mig: dict[str, dict[str, Device]] = field(default_factory=dict)
    _lost: list[Absence] = field(default_factory=list)
    _stated_at: int | None = None

    def sweep(self, at: int) -> Sweep:
        """Raises CollectorError where NVML as a whole gives nothing."""
        try:
            if self._changed(at):
                self.close()
            return self._sweep(at, self._hearing or self._open())
        except CollectorError:
            self.close()
            raise
        except OverError as error:
            self.close()
            raise error.broken from error
        except self.nvml.NVMLError as error:
            self.close()
            raise broken(self.nvml, error) from error

    def close(self) -> None:
        """Let go of NVML; of one that is broken, as far as that goes."""
        if self._hearing is None:
            return
        devices = [*self._gpus, *(each for parts in self._mig.values() for each in parts.values())]
        for release in (
            *(each.close for each in devices),
            self._hearing.close,
            self.nvml.nvmlShutdown,
        ):
            self._attempt(release)
        self._hearing, self._stated_at = None, None
        self._gpus, self._mig, self._lost = [], {}, []

    def _changed(self, at: int) -> bool:
        """Whether GPUs came, went or may be back, which only opening NVML anew tells."""
        if self._hearing is None or not self._due(at):
            return False
        listed: int = self.nvml.nvmlDeviceGetCount()
        return bool(self._lost) or listed != len(self._gpus)

    def _due(self, at: int) -> bool:
        return self._stated_at is None or at - self._stated_at >= REPLAN

    def _open(self) -> Hearing:
        self.asking = ("nvmlInit", "")
        self.nvml.nvmlInit()
        self._hearing = hearing = Hearing(self.nvml)
        self._gpus, self._lost = self.inventory.gpus()
        if not (self._gpus or self._lost):
            todo = "Look for it with lspci -d 10de: and in the kernel's log."
            raise CollectorError("NVML lists no GPU", todo=todo)
        samplers = [each.sampler for each in self._gpus if isinstance(each.sampler, Sampler)]
        for sampler in samplers:
            self._attempt(sampler.prime)
        if samplers:
            self.pause(SPACING)
        return hearing

    def _sweep(self, at: int, hearing: Hearing) -> Sweep:
        self.asking = ("nvmlEventSetWait_v2", "")
        listened = {each.address: (each.handle, each.heard) for each in self._gpus if each.heard}
        hearing.hear(listened)
        levels: list[Reading] = []
        events: list[Reading] = []
        absences = list(self._lost)
        for device in self._devices():
            try:
                readings, missing = device.sweep(at, self._noting(device))
            except GoneError as error:
                missing = [device.gone(str(error))]
                events += [each for each in device.events() if each[1]]  # its last words
            else:
                levels += readings
                events += device.events()
            absences += missing
        return Sweep(at, tuple(levels), tuple(events), tuple(absences), self._facts(at))

    def _devices(self) -> list[Device]:
        """Every GPU, and behind it its MIG devices as they are now."""
        return [each for gpu in self._gpus for each in (gpu, *self._parts(gpu))]

    def _parts(self, gpu: Device) -> list[Device]:
        uuid = gpu.labels["hw.id"]
        known = self._mig.get(uuid, {})
        self._noting(gpu)("nvmlDeviceGetMigDeviceHandleByIndex")
        found = self._attempt(lambda: self.inventory.mig_devices(gpu, known)) or []
        now = {each.labels["hw.id"]: each for each in found}
        if now.keys() != known.keys():  # divided anew: it answers other questions now
            gpu.plan, self._stated_at = None, None
            for gone in known.keys() - now.keys():
                self._attempt(known[gone].close)
        self._mig[uuid] = now
        return found

    def _facts(self, at: int) -> tuple[Fact, ...]:
        if not self._due(at):
            return ()
        self._stated_at = at
        facts = list(host_facts(self.nvml, self.inventory.host))
        for gpu in self._gpus:
            parts = self._mig[gpu.labels["hw.id"]].values()
            facts += device_facts(gpu, parts, serial=self.serial)
        return tuple(facts)

    def _noting(self, device: Device) -> Asking:
        uuid = device.labels["hw.id"]

        def note(question: str) -> None:
            self.asking = (question, uuid)

        return note

    def _attempt(self, call: Callable[[], Given]) -> Given | None:
        """What the call returns, None where NVML refuses it: it will show again where it matters."""
        try:
            return call()
        except self.nvml.NVMLError:
            return None
