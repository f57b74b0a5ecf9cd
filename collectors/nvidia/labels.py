"""What names a GPU, whoever reads it: NVML and nvidia-smi give the same series."""


def gpu_labels(host: str, uuid: str, name: str) -> dict[str, str]:
    """A GPU is its UUID on its host; its product name cannot change without it being another one."""
    return {
        "host.name": host,
        "hw.id": uuid,
        "hw.name": name,
        "hw.type": "gpu",
        "hw.vendor": "NVIDIA",
    }


def mig_labels(host: str, uuid: str, name: str, parent: str) -> dict[str, str]:
    """A MIG device is part of its parent, whose numbers include its own: never add the two up."""
    return {**gpu_labels(host, uuid, name), "hw.parent": parent, "hw.type": "mig"}
