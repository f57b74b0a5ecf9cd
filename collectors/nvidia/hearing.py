"""XID events, each one counted once: NVML queues them for whoever listens."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from ctypes import c_void_p, cast
from dataclasses import dataclass, field
from typing import Any

from collectors.nvidia.binding import Handle, Nvml
from collectors.nvidia.meaning import Silence, silence
from reinfra.model import SeriesKey, Severity
from reinfra.signals.xid import xid

EVENTS, COUNT = "hw.gpu.xid.events", "hw.gpu.xid.count"

MOST_EVENTS = 1000
"""Events taken in one collection: a GPU that reports more keeps the rest for the next one."""

_WAIT_MS = 1
"""0 is nowhere documented to mean "do not wait"."""


@dataclass(slots=True)
class Heard:
    """The XID events of one device since the sweep before, by code.

    A code that came once is counted on, as 0, from then on.
    """

    deaf: Silence | None = None
    """Why its events are not heard."""
    counts: Counter[int] = field(default_factory=Counter)

    def readings(
        self, key: Callable[[str, dict[str, str]], SeriesKey]
    ) -> Iterator[tuple[SeriesKey, float]]:
        """Counts by code, and by severity, where what did not happen is 0."""
        severities = dict.fromkeys(Severity, 0)
        for code, count in self.counts.items():
            severity = xid(code).severity
            severities[severity] += count
            labels = {"nvidia.xid": str(code), "nvidia.xid.severity": severity.value}
            yield key(EVENTS, labels), float(count)
        for severity, count in severities.items():
            yield key(COUNT, {"nvidia.xid.severity": severity.value}), float(count)

    def forget(self) -> None:
        """Count anew."""
        self.counts = Counter(dict.fromkeys(self.counts, 0))


class Hearing:
    """Listens to all GPUs; where that breaks, says so for each of them and begins again."""

    def __init__(self, nvml: Nvml) -> None:
        self._nvml = nvml
        self._listener: Listener | None = None

    def hear(self, devices: Mapping[int | None, tuple[Any, Heard]]) -> None:
        """Count what happened since the last time. `devices` are handles by their address.

        Raises OverError.
        """
        for _, heard in devices.values():
            heard.forget()
        try:
            if self._listener is None:
                self._listener = Listener(self._nvml)
                for handle, heard in devices.values():
                    heard.deaf = self._listener.register(handle)
            for handle, code in self._listener.drain():
                _, heard = devices.get(cast(handle, c_void_p).value, (None, Heard()))
                heard.counts[code] += 1
        except self._nvml.NVMLError as error:
            said = silence(self._nvml, error, "nvmlEventSetWait_v2; events may have been missed")
            for _, heard in devices.values():
                heard.deaf = said
            self.close()

    def close(self) -> None:
        """End listening. Raises NVMLError."""
        listener, self._listener = self._listener, None
        if listener:
            listener.close()


class Listener:
    """The XID events of the devices that are registered with it."""

    def __init__(self, nvml: Nvml) -> None:
        self._nvml = nvml
        self._set = nvml.nvmlEventSetCreate()

    def register(self, handle: Handle) -> Silence | None:
        """Listen to this device. Returns why that cannot be, None where it can. Raises OverError."""
        try:
            self._nvml.nvmlDeviceRegisterEvents(
                handle, self._nvml.nvmlEventTypeXidCriticalError, self._set
            )
        except self._nvml.NVMLError as error:
            return silence(self._nvml, error, "nvmlDeviceRegisterEvents")
        return None

    def drain(self) -> Iterator[tuple[Any, int]]:
        """(device, code) of what happened since the last time. Raises NVMLError where listening broke."""
        for _ in range(MOST_EVENTS):
            try:
                event = self._nvml.nvmlEventSetWait_v2(self._set, _WAIT_MS)
            except self._nvml.NVMLError as error:
                if error.value == self._nvml.NVML_ERROR_TIMEOUT:
                    return
                raise
            if event.eventType & self._nvml.nvmlEventTypeXidCriticalError:
                yield event.device, int(event.eventData)

    def close(self) -> None:
        self._nvml.nvmlEventSetFree(self._set)
