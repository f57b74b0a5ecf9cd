"""NVIDIA GPUs, from the XML that `nvidia-smi -q -x` prints (layouts v11, v12 and v13)."""

import platform
import re
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

from collectors.base import CollectorError, key_of
from collectors.xml_guard import parse_xml
from reinfra.model import Batch, Clock, Origin, SeriesKey, system_clock
from reinfra.signals import factor, signals

_FIELDS = {
    "hw.gpu.utilization": ("utilization/gpu_util",),
    "hw.gpu.memory.usage": ("fb_memory_usage/used",),
    "hw.gpu.memory.limit": ("fb_memory_usage/total",),
    "hw.power": (
        "power_readings/power_draw",  # v11
        "gpu_power_readings/power_draw",  # v12
        "gpu_power_readings/average_power_draw",  # v13; v12's one-second mean under a new name
        "gpu_power_readings/instant_power_draw",
    ),
    "hw.temperature": ("temperature/gpu_temp",),
    "hw.gpu.clock.sm": ("clocks/sm_clock",),
}
"""Where each signal lies in a <gpu>; the first path that holds a number is taken."""

_UNITS = {"%": "%", "MiB": "MiBy", "W": "W", "C": "Cel", "MHz": "MHz"}
_NUMBER = re.compile(r"(-?\d+(?:\.\d+)?)(?: (\S+))?")
_TIMEOUT_SECONDS = 20


def run_nvidia_smi() -> bytes:
    """The report of this machine. Raises CollectorError where there is no driver, or no answer."""
    command = ["nvidia-smi", "-q", "-x"]
    try:
        return subprocess.run(  # noqa: S603  (a fixed command, no shell)
            command, capture_output=True, check=True, timeout=_TIMEOUT_SECONDS
        ).stdout
    except (OSError, subprocess.SubprocessError) as error:
        raise CollectorError("nvidia-smi gave no report", why=str(error)) from error


@dataclass(frozen=True, slots=True)
class NvidiaSmi:
    """One batch with every GPU of the report that `source` returns."""

    host: str = field(default_factory=platform.node)
    source: Callable[[], bytes] = run_nvidia_smi
    clock: Clock = system_clock
    origin: Origin = Origin.LIVE
    name: str = field(default="nvidia_smi", init=False)

    def collect(self) -> Iterator[Batch]:
        yield read_xml(self.source(), self.clock(), self.host, self.origin)


def read_xml(raw: bytes, at: int, host: str, origin: Origin = Origin.LIVE) -> Batch:
    """One sample per GPU and signal at `at`; what the driver does not know ("N/A") has no sample.

    Memory is the whole GPU's: its MIG slices, listed beside it, would count the same bytes twice.
    """
    root = _log(raw)
    values = [pair for gpu in root.findall("gpu") for pair in _readings(gpu, host, origin)]
    return Batch.at_instant(at, values)


def captured_at(raw: bytes) -> int:
    """When the report was made, by its own clock: local time without a zone, read as UTC."""
    text = (_log(raw).findtext("timestamp") or "").strip()
    try:
        moment = datetime.strptime(text, "%a %b %d %H:%M:%S %Y").replace(tzinfo=UTC)
    except ValueError as error:
        raise CollectorError(f"no time: {text!r}", where="nvidia-smi") from error
    return int(moment.timestamp() * 1000)


def _log(raw: bytes) -> ET.Element:
    root = parse_xml(raw, "nvidia-smi")
    if root.tag != "nvidia_smi_log":
        why = f"its root is <{root.tag[:40]}>"
        raise CollectorError("not a report of nvidia-smi -q -x", where="nvidia-smi", why=why)
    return root


def _readings(gpu: ET.Element, host: str, origin: Origin) -> Iterator[tuple[SeriesKey, float]]:
    labels = {
        "host.name": host,
        "hw.id": gpu.findtext("uuid", gpu.get("id", "")),
        "hw.name": gpu.findtext("product_name", ""),
        "hw.type": "gpu",
        "hw.vendor": "NVIDIA",
    }
    for signal, paths in _FIELDS.items():
        readings = (_number(gpu.findtext(path), signal) for path in paths)
        value = next((reading for reading in readings if reading is not None), None)
        if value is not None:
            yield key_of(signal, labels, origin), value
    for kind, count in _ecc_errors(gpu):
        yield key_of("hw.gpu.ecc.errors", {**labels, "error.type": kind}, origin), count


def _ecc_errors(gpu: ET.Element) -> Iterator[tuple[str, float]]:
    """Errors since the driver was loaded, by kind."""
    for kind in gpu.findall("ecc_errors/volatile/*"):
        count = _number(kind.text, "hw.gpu.ecc.errors")
        if count is not None:
            yield kind.tag, count


def _number(text: str | None, signal: str) -> float | None:
    """The value in the signal's unit, None for "N/A", "[Not Supported]", "Unknown Error" and such."""
    found = _NUMBER.fullmatch((text or "").strip())
    if found is None:
        return None
    number, unit = found.groups()
    wanted = signals()[signal].unit
    given = wanted if unit is None else _UNITS.get(unit, unit)
    return float(number) * factor(given, wanted)
