"""nvidia-ml-py, NVIDIA's binding to NVML. It has no types, and loads NVML only when it is initialised."""

from importlib import import_module
from typing import Any

Nvml = Any
"""The module, or in a test what answers as it does."""

Handle = Any
"""What NVML knows a device by."""

NvmlError = Any
"""nvidia-ml-py's NVMLError; `value` is the code."""


def load() -> Nvml:
    return import_module("pynvml")
