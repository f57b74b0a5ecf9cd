"""NVIDIA GPUs by NVML, in process: devices, MIG devices, NVLinks, GPM metrics and XID events."""
