"""What NVML's errors and blanks mean: nothing to expect, something broken, a device gone, or no NVML at all."""

import math
from dataclasses import dataclass
from typing import Any

from collectors.base import CollectorError
from collectors.nvidia.binding import Nvml, NvmlError
from reinfra.model import Coverage

_BLANKS = frozenset({0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF})
"""NVML_VALUE_NOT_AVAILABLE in 32 and 64 bits: no number, whatever the quantity."""

_UNSUPPORTED = (
    "NOT_SUPPORTED",
    "FUNCTION_NOT_FOUND",
    "ARGUMENT_VERSION_MISMATCH",
    "DEPRECATED",
    "INVALID_ARGUMENT",
    "NOT_FOUND",
    "VGPU_ECC_NOT_SUPPORTED",
)
_GONE = ("GPU_IS_LOST", "RESET_REQUIRED", "GPU_NOT_FOUND")
_OVER = ("UNINITIALIZED", "DRIVER_NOT_LOADED", "LIB_RM_VERSION_MISMATCH")
_TODO = {
    "LIBRARY_NOT_FOUND": "Install the NVIDIA driver; in a container, use the NVIDIA runtime.",
    "DRIVER_NOT_LOADED": "Load it: modprobe nvidia, after which nvidia-smi must list the GPUs.",
    "LIB_RM_VERSION_MISMATCH": "The driver was updated: reboot, or reload its kernel modules.",
    "NO_PERMISSION": "Give this process access to /dev/nvidiactl and /dev/nvidia*.",
}


@dataclass(frozen=True, slots=True)
class Silence:
    """Why a question has no number, in NVML's own words. `gone`: nothing else can be asked of the device."""

    state: Coverage
    reason: str
    gone: bool = False


BLANK = Silence(Coverage.UNSUPPORTED, "NVML: the value is not available")


class GoneError(Exception):
    """Nothing more can be asked of this device."""


class OverError(Exception):
    """Nothing more can be asked of NVML before it is opened again; `broken` says what to tell."""

    def __init__(self, broken: CollectorError) -> None:
        super().__init__(str(broken))
        self.broken = broken


def number(value: Any) -> float | None:  # noqa: ANN401  (a number of whatever C type)
    """None where NVML says, in one of its ways, that there is no number."""
    if value is None or value in _BLANKS:
        return None
    found = float(value)
    return found if math.isfinite(found) else None


def silence(nvml: Nvml, error: NvmlError, asked: str) -> Silence:
    """What an NVMLError to one question means. Raises OverError where it is about NVML as a whole."""
    if error.value in _codes(nvml, _OVER):
        raise OverError(broken(nvml, error)) from error
    unsupported = error.value in _codes(nvml, _UNSUPPORTED)
    state = Coverage.UNSUPPORTED if unsupported else Coverage.FAILING
    return Silence(state, f"NVML: {error} ({asked})", gone=error.value in _codes(nvml, _GONE))


def refusal(nvml: Nvml, error: NvmlError, asked: str) -> Silence:
    """The same of a question to a device. Raises GoneError where it shows that the device is lost."""
    said = silence(nvml, error, asked)
    if said.gone:
        raise GoneError(said.reason) from error
    return said


def broken(nvml: Nvml, error: NvmlError) -> CollectorError:
    """What to tell where NVML as a whole does not work."""
    todo = next((text for name, text in _TODO.items() if error.value in _codes(nvml, (name,))), "")
    return CollectorError("NVML gives nothing", why=str(error), todo=todo)


def _codes(nvml: Nvml, names: tuple[str, ...]) -> tuple[int, ...]:
    return tuple(getattr(nvml, f"NVML_ERROR_{name}") for name in names)
