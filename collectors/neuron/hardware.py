"""Neuron devices of a report, and which core is on which."""

from dataclasses import dataclass
from functools import cached_property

from collectors.base import CollectorError
from collectors.json_object import JsonObject

_PHYSICAL_CORES = {"trainium2": 8, "trainium3": 8}
"""Of a device, where cores can be joined (Neuron architecture guides: 8 NeuronCores to a chip)."""

_MOST_DEVICES = 256
"""No instance has a quarter of it."""


@dataclass(frozen=True)
class Hardware:
    """`neuron_hardware_info`: two fields in old reports, seven in new ones."""

    info: JsonObject

    @property
    def device_count(self) -> int:
        return self._count("neuron_device_count", _MOST_DEVICES)

    @property
    def device_memory(self) -> float | None:
        """Bytes of one device, None where the report does not say."""
        return self.info.number("neuron_device_memory_size")

    def core(self, number: str) -> dict[str, str]:
        """The labels of a core by the number a report gives it: its own, and its device's where that is sure."""
        if not (number.isascii() and number.isdecimal()):
            raise CollectorError(f"{number!r} is no core number", where="neuron-monitor")
        labels = {"hw.id": f"neuroncore{number}"}
        if self._cores_per_device:
            labels["hw.parent"] = f"neuron{int(number) // self._cores_per_device}"
        return labels

    @cached_property
    def _cores_per_device(self) -> int:
        """0 where core numbers cannot be mapped to devices.

        Where physical cores are joined, the documentation's own report counts the joined ones: 4 to
        a Trainium2 of 8, with a configuration of 2. A count of all 8 is taken as physical. Any
        other count, or an unknown chip, maps nothing.
        """
        counted = self._count("neuroncore_per_device_count", _MOST_DEVICES)
        joined = self._count("logical_neuroncore_config", _MOST_DEVICES) or 1
        if joined == 1:
            return counted
        physical = _PHYSICAL_CORES.get(self.info.text("neuron_device_type").lower(), 0)
        return physical // joined if counted in (physical, physical // joined) else 0

    def _count(self, field: str, most: int) -> int:
        number = self.info.number(field) or 0
        return int(number) if 0 < number <= most else 0
