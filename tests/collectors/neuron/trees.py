"""Sysfs trees of Neuron devices as folders. Real ones need a device; the layout is AWS's sysfs guide's."""

from pathlib import Path

POWER = "POWER_STATUS_VALID,1787754540,0.32,3.04,1.57"
"""Read on an idle inf2.xlarge (a fact of a published measurement)."""

BEFORE_2_31 = {
    "core_count": "2",
    "power/runtime_status": "unsupported",
    "info/serial_number": "19fcda00f5ff6eb9",
    "info/architecture/device_name": "Trainium1",
    "info/architecture/arch_type": "ND2",
    "stats/hardware/mem_ecc_uncorrected": "1",
    "stats/hardware/mem_ecc_repairable_uncorrected": "2",
    "stats/hardware/health_status/unhealthy_components": "hbm, link_efa",
    "stats/power/utilization": POWER,
    "stats/memory_usage/host_mem/tensors/total": "100",
    "neuron_core0/stats/status/success/total": "7",
    "neuron_core0/stats/status/success/present": "1",
    "neuron_core0/stats/status/infer_completed_with_num_error/total": "3",
    "neuron_core0/stats/memory_usage/device_mem/total": "30",
    "neuron_core0/stats/memory_usage/device_mem/tensors/total": "10",
    "neuron_core0/stats/memory_usage/device_mem/tensors/present": "-4",
    "neuron_core0/stats/memory_usage/device_mem/tensors/peak": "99",
    "neuron_core1/stats/memory_usage/device_mem/tensors/total": "20",
    "neuron_core0/stats/other_info/reset_fail_count/total": "1",
    "neuron_core0/stats/other_info/flop_count": "0",
}
MOVED = {
    path.replace("neuron_core", "cores/core").replace("stats/", "telemetry/a/"): text
    for path, text in BEFORE_2_31.items()
}
"""Not the layout of driver 2.31, which could not be had: any place will do, as long as the names stay."""


def tree(root: Path, files: dict[str, str], device: int = 0) -> Path:
    for path, text in files.items():
        file = root / f"neuron{device}" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{text}\n")
    return root
