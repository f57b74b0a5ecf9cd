"""NVML as it would have answered when a report of nvidia-smi was made: a double of nvidia-ml-py.

Constants, structures and errors are those of the real module; what a report does not say is "not supported".
`Replayed.of("a100-sxm4-v12", gpus=8)` has that GPU eight times, each with a UUID of its own. Faults are set by
`fail`, events by `happens`.
"""

import ctypes
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any
from xml.etree import ElementTree as ET

from collectors.local_file import read_bytes
from collectors.xml_guard import parse_xml
from tests.collectors.recordings import DATA

NVML: Any = import_module("pynvml")
MEBIBYTE = 1024**2
Answer = Callable[..., Any]


@dataclass(slots=True)
class Gpu:
    """`xml` is a <gpu> or a <mig_device> of a report; the UUIDs of MIG devices are made up, reports have none."""

    xml: ET.Element
    uuid: str
    name: str
    gpm: dict[int, float] = field(default_factory=dict)
    """By metric. Invented in the tests that set it: no report has them."""
    links: int = 0
    fields: dict[tuple[int, int], int] = field(default_factory=dict)
    """More field values than a report has, by field and scope. Invented in the tests that set them."""
    mig: list["Gpu"] = field(default_factory=list)

    def text(self, path: str) -> str:
        return (self.xml.findtext(path) or "").strip()

    def number(self, *paths: str) -> float:
        """The first number on these paths, without its unit."""
        for path in paths:
            word = self.text(path).split(" ")[0].removesuffix("x")
            try:
                return float(word)
            except ValueError:
                continue
        raise NVML.NVMLError(NVML.NVML_ERROR_NOT_SUPPORTED)


class Replayed:
    """Shaped as the module; `calls` counts what was asked."""

    def __init__(self, gpus: Sequence[Gpu], driver: str = "", cuda: str = "") -> None:
        self.gpus, self.driver, self.cuda = list(gpus), driver, cuda
        self.fail: dict[tuple[str, str], int] = {}
        """Error codes by UUID ("" for any) and function ("" for any)."""
        self.missing: set[str] = set()
        """Functions that the driver does not have."""
        self.events: deque[tuple[int, int]] = deque()
        self.opened = 0
        self.samples = 0
        self.calls = 0
        self.remembered: dict[Any, Any] | None = None
        """With a dict, each answer is read from the report once: what remains is about NVML's own cost."""

    @classmethod
    def of(cls, capture: str, gpus: int = 1) -> "Replayed":
        """The GPUs of a recorded report, repeated until there are so many."""
        log = parse_xml(read_bytes(DATA / "nvidia" / f"{capture}.xml.gz"), capture)
        recorded = log.findall("gpu")
        found = [_gpu(recorded[i % len(recorded)], i, len(recorded)) for i in range(gpus)]
        return cls(found, log.findtext("driver_version", ""), log.findtext("cuda_version", ""))

    def happens(self, index: int, code: int) -> None:
        """An XID event of this GPU."""
        self.events.append((index, code))

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        answer = _ANSWERS.get(name)
        if answer is None:
            if name.startswith("nvml") and callable(getattr(NVML, name)):
                return self._unsupported
            return getattr(NVML, name)

        def call(*given: Any) -> Any:  # noqa: ANN401
            self.calls += 1
            if self.remembered is not None:
                return self._remember(name, answer, given)
            self._refuse(name, given)
            return answer(self, *given)

        setattr(self, name, call)
        return call

    def _remember(self, name: str, answer: Answer, given: tuple[Any, ...]) -> Any:  # noqa: ANN401
        if self.remembered is None or name in _CHANGING:
            return answer(self, *given)
        known = (name, *(tuple(each) if isinstance(each, list) else id(each) for each in given))
        if known not in self.remembered:
            self.remembered[known] = (answer(self, *given), given)  # what is kept keeps its id
        return self.remembered[known][0]

    def gpu(self, handle: Any) -> Gpu:  # noqa: ANN401
        """The GPU or MIG device behind a handle."""
        number = _number(handle)
        gpu = self.gpus[(number >> 8) - 1]
        return gpu.mig[(number & 255) - 1] if number & 255 else gpu

    def _refuse(self, name: str, given: tuple[Any, ...]) -> None:
        if name in self.missing:
            raise NVML.NVMLError(NVML.NVML_ERROR_FUNCTION_NOT_FOUND)
        known = (
            given and name.startswith(("nvmlDevice", "nvmlGpm")) and not isinstance(given[0], int)
        )
        uuid = self.gpu(given[0]).uuid if known and isinstance(given[0], HANDLE) else ""
        for where in ((uuid, name), (uuid, ""), ("", name)):
            if where in self.fail and (where[0] == uuid or not where[0]):
                raise NVML.NVMLError(self.fail[where])

    @staticmethod
    def _unsupported(*_: object) -> None:
        raise NVML.NVMLError(NVML.NVML_ERROR_NOT_SUPPORTED)


HANDLE = NVML.c_nvmlDevice_t
_CHANGING = ("nvmlInit", "nvmlShutdown", "nvmlEventSetWait_v2", "nvmlGpmMetricsGet")


def _number(handle: Any) -> int:  # noqa: ANN401
    return int(ctypes.cast(handle, ctypes.c_void_p).value or 0) if isinstance(handle, HANDLE) else 0


def handle_of(index: int, mig: int = 0) -> Any:  # noqa: ANN401
    return ctypes.cast(ctypes.c_void_p((index + 1) << 8 | mig), HANDLE)


def _gpu(xml: ET.Element, index: int, recorded: int) -> Gpu:
    uuid, name = xml.findtext("uuid", ""), xml.findtext("product_name", "")
    if index >= recorded:
        uuid = f"{uuid[:-4]}{index:04x}"
    parts = [
        Gpu(part, f"MIG-{uuid[4:]}-{number}", f"{name} MIG {part.findtext('index')}")
        for number, part in enumerate(xml.findall("mig_devices/mig_device"))
    ]
    return Gpu(xml, uuid, name, mig=parts)


def _memory(nvml: Replayed, handle: Any, version: int | None = None) -> Any:  # noqa: ANN401
    gpu = nvml.gpu(handle)
    used, free, total, reserved = (
        int(gpu.number(f"fb_memory_usage/{part}")) * MEBIBYTE
        for part in ("used", "free", "total", "reserved")
    )
    if version is None:
        return NVML.c_nvmlMemory_t(total=total, free=free, used=used + reserved)
    return NVML.c_nvmlMemory_v2_t(total=total, free=free, used=used, reserved=reserved)


def _bar1(nvml: Replayed, handle: Any) -> Any:  # noqa: ANN401
    gpu = nvml.gpu(handle)
    total, used, free = (
        int(gpu.number(f"bar1_memory_usage/{part}")) * MEBIBYTE
        for part in ("total", "used", "free")
    )
    return NVML.c_nvmlBAR1Memory_t(bar1Total=total, bar1Used=used, bar1Free=free)


def _reasons(tag: str) -> Answer:
    bits = {
        "gpu_idle": "GpuIdle",
        "applications_clocks_setting": "ApplicationsClocksSetting",
        "sw_power_cap": "SwPowerCap",
        "hw_slowdown": "HwSlowdown",
        "sync_boost": "SyncBoost",
        "sw_thermal_slowdown": "SwThermalSlowdown",
        "hw_thermal_slowdown": "HwThermalSlowdown",
        "hw_power_brake_slowdown": "HwPowerBrakeSlowdown",
        "display_clocks_setting": "DisplayClockSetting",
    }

    def answer(nvml: Replayed, handle: Any) -> int:  # noqa: ANN401
        folder = nvml.gpu(handle).xml.find(f"clocks_{tag}_reasons")
        if folder is None:
            raise NVML.NVMLError(NVML.NVML_ERROR_FUNCTION_NOT_FOUND)
        active = (
            name for name in bits if folder.findtext(f"clocks_{tag}_reason_{name}") == "Active"
        )
        return sum(getattr(NVML, f"nvmlClocksEventReason{bits[name]}") for name in active)

    return answer


def _ecc(nvml: Replayed, handle: Any, kind: int, scope: int, location: int) -> int:  # noqa: ANN401
    places = {NVML.NVML_MEMORY_LOCATION_SRAM: "sram", NVML.NVML_MEMORY_LOCATION_DRAM: "dram"}
    folder = "volatile" if scope == NVML.NVML_VOLATILE_ECC else "aggregate"
    error = "uncorrectable" if kind == NVML.NVML_MEMORY_ERROR_TYPE_UNCORRECTED else "correctable"
    gpu = nvml.gpu(handle)
    mig = f"ecc_error_count/{folder}_count/{places[location]}_{error}"
    return int(gpu.number(f"ecc_errors/{folder}/{places[location]}_{error}", mig))


_FLAGS = {
    NVML.NVML_FI_DEV_RETIRED_PENDING: "retired_pages/pending_retirement",
    NVML.NVML_FI_DEV_REMAPPED_PENDING: "remapped_rows/remapped_row_pending",
    NVML.NVML_FI_DEV_REMAPPED_FAILURE: "remapped_rows/remapped_row_failure",
}
_FIELDS = {
    NVML.NVML_FI_DEV_REMAPPED_COR: "remapped_rows/remapped_row_corr",
    NVML.NVML_FI_DEV_REMAPPED_UNC: "remapped_rows/remapped_row_unc",
    NVML.NVML_FI_DEV_MEMORY_TEMP: "temperature/memory_temp",
    NVML.NVML_FI_DEV_RETIRED_SBE: "retired_pages/multiple_single_bit_retirement/retired_count",
    NVML.NVML_FI_DEV_RETIRED_DBE: "retired_pages/double_bit_retirement/retired_count",
}


def _fields(nvml: Replayed, handle: Any, wanted: list[Any]) -> Any:  # noqa: ANN401
    values = (NVML.c_nvmlFieldValue_t * len(wanted))()
    gpu = nvml.gpu(handle)
    for value, each in zip(values, wanted, strict=True):
        value.fieldId, value.scopeId = each
        value.valueType = NVML.NVML_VALUE_TYPE_UNSIGNED_LONG_LONG
        try:
            value.value.ullVal = _field(gpu, *each)
        except NVML.NVMLError as error:
            value.nvmlReturn = error.value
    return values


def _field(gpu: Gpu, number: int, scope: int) -> int:
    if (number, scope) in gpu.fields:
        return gpu.fields[number, scope]
    if number == NVML.NVML_FI_DEV_NVLINK_LINK_COUNT and gpu.links:
        return gpu.links
    flag = {"Yes": 1, "No": 0}.get(gpu.text(_FLAGS.get(number, "")))
    if flag is not None:
        return flag
    return int(gpu.number(_FIELDS.get(number, "")))


def _wait(nvml: Replayed, _set: object, _milliseconds: int) -> Any:  # noqa: ANN401
    if not nvml.events:
        raise NVML.NVMLError(NVML.NVML_ERROR_TIMEOUT)
    index, code = nvml.events.popleft()
    kind = NVML.nvmlEventTypeXidCriticalError
    return NVML.c_nvmlEventData_t(device=handle_of(index), eventType=kind, eventData=code)


def _metrics(nvml: Replayed, request: Any) -> Any:  # noqa: ANN401
    gpu = nvml.gpus[0]
    for wanted in request.metrics[: request.numMetrics]:
        known = wanted.metricId in gpu.gpm
        wanted.nvmlReturn = 0 if known else NVML.NVML_ERROR_NOT_SUPPORTED
        wanted.value = gpu.gpm.get(wanted.metricId, 0.0)
    return request


def _open(nvml: Replayed, by: int) -> None:
    nvml.opened += by


def _sampled(nvml: Replayed, by: int) -> Any:  # noqa: ANN401
    nvml.samples += by
    return NVML.c_nvmlGpmSample_t()


def _mig_handle(nvml: Replayed, handle: Any, index: int) -> Any:  # noqa: ANN401
    gpu = nvml.gpu(handle)
    if index >= len(gpu.mig):
        raise NVML.NVMLError(NVML.NVML_ERROR_NOT_FOUND)
    return handle_of(nvml.gpus.index(gpu), index + 1)


def _mig_mode(nvml: Replayed, handle: Any) -> list[int]:  # noqa: ANN401
    mode = nvml.gpu(handle).text("mig_mode/current_mig")
    if mode == "N/A":
        raise NVML.NVMLError(NVML.NVML_ERROR_NOT_SUPPORTED)
    return [int(mode == "Enabled")] * 2


def _at(scale: float, *paths: str) -> Answer:
    """What a report says on the first of these paths, as NVML counts it."""
    return lambda nvml, handle, *_: round(nvml.gpu(handle).number(*paths) * scale)


def _by(constants: str, paths: dict[str, str]) -> Answer:
    """The same for a function that has a constant as its argument."""
    known = {getattr(NVML, f"{constants}{name}"): path for name, path in paths.items()}
    return lambda nvml, handle, which: round(nvml.gpu(handle).number(known[which]))


_LINK = "pci/pci_gpu_link_info/"
_ANSWERS: dict[str, Answer] = {
    "nvmlInit": lambda nvml: _open(nvml, 1),
    "nvmlShutdown": lambda nvml: _open(nvml, -1),
    "nvmlErrorString": lambda _, code: f"error {code}",
    "nvmlSystemGetDriverVersion": lambda nvml: nvml.driver,
    "nvmlSystemGetNVMLVersion": lambda nvml: f"12.{nvml.driver}",
    "nvmlSystemGetCudaDriverVersion_v2": lambda nvml: (
        int(nvml.cuda.split(".")[0]) * 1000 + int(nvml.cuda.split(".")[1]) * 10
    ),
    "nvmlDeviceGetCount": lambda nvml: len(nvml.gpus),
    "nvmlDeviceGetHandleByIndex": lambda _, index: handle_of(index),
    "nvmlDeviceGetUUID": lambda nvml, handle: nvml.gpu(handle).uuid,
    "nvmlDeviceGetName": lambda nvml, handle: nvml.gpu(handle).name,
    "nvmlDeviceGetSerial": lambda nvml, handle: nvml.gpu(handle).text("serial"),
    "nvmlDeviceGetVbiosVersion": lambda nvml, handle: nvml.gpu(handle).text("vbios_version"),
    "nvmlDeviceGetPciInfo": lambda nvml, handle: NVML.nvmlPciInfo_t(
        busId=nvml.gpu(handle).text("pci/pci_bus_id").encode()
    ),
    "nvmlDeviceGetComputeMode": lambda *_: NVML.NVML_COMPUTEMODE_DEFAULT,
    "nvmlDeviceGetMigMode": _mig_mode,
    "nvmlDeviceGetMaxMigDeviceCount": lambda *_: 7,
    "nvmlDeviceGetMigDeviceHandleByIndex": _mig_handle,
    "nvmlDeviceGetGpuInstanceId": lambda nvml, handle: int(
        nvml.gpu(handle).number("gpu_instance_id")
    ),
    "nvmlDeviceGetUtilizationRates": lambda nvml, handle: NVML.c_nvmlUtilization_t(
        gpu=int(nvml.gpu(handle).number("utilization/gpu_util")),
        memory=int(nvml.gpu(handle).number("utilization/memory_util")),
    ),
    "nvmlDeviceGetEncoderUtilization": lambda nvml, handle: [
        int(nvml.gpu(handle).number("utilization/encoder_util")),
        167_000,
    ],
    "nvmlDeviceGetDecoderUtilization": lambda nvml, handle: [
        int(nvml.gpu(handle).number("utilization/decoder_util")),
        167_000,
    ],
    "nvmlDeviceGetMemoryInfo": _memory,
    "nvmlDeviceGetBAR1MemoryInfo": _bar1,
    "nvmlDeviceGetComputeRunningProcesses_v3": lambda nvml, handle: [
        NVML.nvmlFriendlyObject(
            {
                "pid": 0,
                "usedGpuMemory": int(each.findtext("used_memory", "").split(" ")[0]) * MEBIBYTE,
            }
        )
        for each in nvml.gpu(handle).xml.findall("processes/process_info")
        if each.findtext("type") == "C"
    ],
    "nvmlDeviceGetPowerUsage": _at(
        1000,
        "power_readings/power_draw",
        "gpu_power_readings/power_draw",
        "gpu_power_readings/average_power_draw",
    ),
    "nvmlDeviceGetEnforcedPowerLimit": _at(
        1000, "power_readings/enforced_power_limit", "gpu_power_readings/current_power_limit"
    ),
    "nvmlDeviceGetTemperature": _at(1, "temperature/gpu_temp"),
    "nvmlDeviceGetMarginTemperature": _at(1, "temperature/gpu_temp_tlimit"),
    "nvmlDeviceGetFanSpeed": _at(1, "fan_speed"),
    "nvmlDeviceGetTemperatureThreshold": _by(
        "NVML_TEMPERATURE_THRESHOLD_",
        {
            "SHUTDOWN": "temperature/gpu_temp_max_threshold",
            "SLOWDOWN": "temperature/gpu_temp_slow_threshold",
            "GPU_MAX": "temperature/gpu_temp_max_gpu_threshold",
            "MEM_MAX": "temperature/gpu_temp_max_mem_threshold",
        },
    ),
    "nvmlDeviceGetClockInfo": _by(
        "NVML_CLOCK_",
        {"SM": "clocks/sm_clock", "MEM": "clocks/mem_clock", "GRAPHICS": "clocks/graphics_clock"},
    ),
    "nvmlDeviceGetMaxClockInfo": _by(
        "NVML_CLOCK_",
        {
            "SM": "max_clocks/sm_clock",
            "MEM": "max_clocks/mem_clock",
            "GRAPHICS": "max_clocks/graphics_clock",
        },
    ),
    "nvmlDeviceGetCurrentClocksEventReasons": _reasons("event"),
    "nvmlDeviceGetCurrentClocksThrottleReasons": _reasons("throttle"),
    "nvmlDeviceGetMemoryErrorCounter": _ecc,
    "nvmlDeviceGetFieldValues": _fields,
    "nvmlDeviceGetCurrPcieLinkGeneration": _at(1, f"{_LINK}pcie_gen/current_link_gen"),
    "nvmlDeviceGetMaxPcieLinkGeneration": _at(1, f"{_LINK}pcie_gen/max_link_gen"),
    "nvmlDeviceGetCurrPcieLinkWidth": _at(1, f"{_LINK}link_widths/current_link_width"),
    "nvmlDeviceGetMaxPcieLinkWidth": _at(1, f"{_LINK}link_widths/max_link_width"),
    "nvmlDeviceGetPcieReplayCounter": _at(1, "pci/replay_counter"),
    "nvmlDeviceGetPcieThroughput": _by(
        "NVML_PCIE_UTIL_", {"TX_BYTES": "pci/tx_util", "RX_BYTES": "pci/rx_util"}
    ),
    "nvmlGpmQueryDeviceSupport": lambda nvml, handle: NVML.c_nvmlGpmSupport_t(
        isSupportedDevice=int(bool(nvml.gpu(handle).gpm))
    ),
    "nvmlGpmSampleAlloc": lambda nvml: _sampled(nvml, 1),
    "nvmlGpmSampleFree": lambda nvml, _: _sampled(nvml, -1),
    "nvmlGpmSampleGet": lambda *_: None,
    "nvmlGpmMigSampleGet": lambda *_: None,
    "nvmlGpmMetricsGet": _metrics,
    "nvmlEventSetCreate": lambda _: object(),
    "nvmlEventSetFree": lambda *_: None,
    "nvmlDeviceRegisterEvents": lambda *_: None,
    "nvmlEventSetWait_v2": _wait,
}
