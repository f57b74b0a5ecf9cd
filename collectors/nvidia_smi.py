"""NVIDIA GPUs, from the XML that `nvidia-smi -q -x` prints (layouts v11, v12 and v13)."""

import functools
import re
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

from collectors.base import CollectorError, key_of
from collectors.identity import host_name
from collectors.nvidia.labels import gpu_labels
from collectors.xml_guard import parse_xml
from reinfra.model import Batch, Clock, Origin, SeriesKey, system_clock
from reinfra.signals import by_source, factor, signals

_UNITS = {"%": "%", "MiB": "MiBy", "W": "W", "C": "Cel", "MHz": "MHz", "KB/s": "kBy/s"}
_NUMBER = re.compile(r"(-?\d+(?:\.\d+)?)(?: (\S+)|x)?")
_WORDS = {"Active": 1.0, "Not Active": 0.0, "Yes": 1.0, "No": 0.0}

XmlPath = tuple[str, ...]
"""Elements below a <gpu>, whose numbers are added up."""
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

    host: str = field(default_factory=host_name)
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
    labels = gpu_labels(
        host, gpu.findtext("uuid", gpu.get("id", "")), gpu.findtext("product_name", "")
    )
    for (signal, own), paths in _fields().items():
        sums = (_sum(gpu, path, signals()[signal].unit) for path in paths)
        value = next((each for each in sums if each is not None), None)
        if value is not None:
            yield key_of(signal, {**labels, **dict(own)}, origin), value


@functools.cache
def _fields() -> dict[tuple[str, tuple[tuple[str, str], ...]], list[XmlPath]]:
    """Where the number of each series lies, by the registry: the first path that holds one is taken."""
    found: dict[tuple[str, tuple[tuple[str, str], ...]], list[XmlPath]] = {}
    for name, mapped in by_source("nvidia_smi").items():
        found.setdefault((mapped.signal.name, mapped.labels), []).append(tuple(name.split("+")))
    return found


def _sum(gpu: ET.Element, path: XmlPath, unit: str) -> float | None:
    numbers = [_number(gpu.findtext(each), unit) for each in path]
    known = [each for each in numbers if each is not None]
    return sum(known) if len(known) == len(numbers) else None


def _number(text: str | None, wanted: str) -> float | None:
    """The value in the unit `wanted`, None for "N/A", "[Not Supported]", "Unknown Error" and such."""
    said = (text or "").strip()
    if said in _WORDS:
        return _WORDS[said]
    found = _NUMBER.fullmatch(said)
    if found is None:
        return None
    number, unit = found.groups()
    given = wanted if unit is None else _UNITS.get(unit, unit)
    return float(number) * factor(given, wanted)
