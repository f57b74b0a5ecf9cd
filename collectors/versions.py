"""What is installed on this host, read without importing or starting any of it.

Names of facts are `<package>.version`; reinfra.compat.installed lists those that are compared.
"""

import platform
import re
import shutil
import subprocess
from collections.abc import Sequence
from importlib.metadata import distributions
from pathlib import Path

from reinfra.model import Fact, Subject

PYTHON_PACKAGES = frozenset(
    {
        "accelerate",
        "deepspeed",
        "jax",
        "jax-neuronx",
        "libneuronxla",
        "libtorch-neuronx-lite",
        "neuron-cc",
        "neuronx-cc",
        "neuronx-distributed",
        "neuronx-distributed-inference",
        "neuronx-distributed-training",
        "nki",
        "optimum-neuron",
        "sglang",
        "tensorflow",
        "tensorflow-neuronx",
        "tensorrt-llm",
        "torch",
        "torch-neuron",
        "torch-neuronx",
        "torch-xla",
        "transformers",
        "transformers-neuronx",
        "triton",
        "vllm",
        "vllm-neuron",
    }
)
"""Read where they are installed; every other package is nobody's business here."""

_CUDA_RUNTIME = re.compile(r"nvidia-cuda-runtime(?:-cu\d+)?")
_NCCL = re.compile(r"nvidia-nccl-cu\d+")
_HOST_PACKAGES = re.compile(r"aws-neuronx?-[a-z0-9-]+|aws-ofi-nccl|cuda-compat-[0-9-]+")
_PATTERNS = ("aws-neuron*", "aws-ofi-nccl", "cuda-compat-*")
_QUERIES: dict[str, tuple[str, ...]] = {
    "dpkg-query": ("-W", "-f", "${db:Status-Status} ${Package} ${Version}\\n"),
    "rpm": ("-qa", "--qf", "installed %{NAME} %{VERSION}-%{RELEASE}\\n"),
}
_EFA = Path("/opt/amazon/efa_installed_packages")
_EFA_VERSION = re.compile(r"EFA installer version:\s*([0-9][0-9.]*)")
_PYTHON_FOLDER = re.compile(r"python(3\.\d+)")
_READ = 64 * 1024
_NAME = re.compile(r"[-_.]+")


def facts(
    host: Subject, *, folders: Sequence[str] = (), timeout: float = 5.0, efa: Path = _EFA
) -> tuple[Fact, ...]:
    """The versions on this host, in the order of their names.

    `folders` are site-packages folders of the environments that models run in; without one, that of
    reinfra itself is read, which is seldom the one that matters. `timeout`, in seconds, bounds each
    question to a package manager.
    """
    found = {**_python(folders), **_packaged(timeout), **_efa(efa)}
    return tuple(Fact(host, name, version) for name, version in sorted(found.items()))


def _python(folders: Sequence[str]) -> dict[str, str]:
    installed = distributions(path=list(folders)) if folders else distributions()
    found = {"process.runtime.version": _runtime(folders)}
    for one in installed:
        name = _NAME.sub("-", one.metadata["Name"] or "").lower()
        if name in PYTHON_PACKAGES:
            found.setdefault(f"{name}.version", one.version)
        elif _CUDA_RUNTIME.fullmatch(name):
            found.setdefault("torch.cuda.version", one.version)
        elif _NCCL.fullmatch(name):
            found.setdefault("nccl.version", one.version)
    if "torch.version" not in found:
        found.pop("torch.cuda.version", None)
    return {name: version for name, version in found.items() if version}


def _runtime(folders: Sequence[str]) -> str:
    """The Python of the folders, as far as their names say; of several, none."""
    if not folders:
        return platform.python_version()
    named = {found[1] for folder in folders if (found := _PYTHON_FOLDER.search(folder))}
    return named.pop() if len(named) == 1 else ""


def _packaged(timeout: float) -> dict[str, str]:
    """Packages of the system, by whichever manager is there."""
    found: dict[str, str] = {}
    for manager, options in _QUERIES.items():
        program = shutil.which(manager)
        for line in _lines([program, *options, *_PATTERNS], timeout) if program else ():
            state, _, rest = line.partition(" ")
            name, _, version = rest.partition(" ")
            if state == "installed" and version and _HOST_PACKAGES.fullmatch(name):
                plain = "cuda-compat" if name.startswith("cuda-compat") else name
                found.setdefault(f"{plain}.version", version)
    return found


def _lines(command: Sequence[str], timeout: float) -> list[str]:
    """What it prints. Nothing where it fails: a package that is not there is an error to it."""
    try:
        done = subprocess.run(  # noqa: S603 - found on the path, and given only constants
            command, capture_output=True, timeout=timeout, check=False, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    return done.stdout[:_READ].decode(errors="replace").splitlines()


def _efa(path: Path) -> dict[str, str]:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            found = _EFA_VERSION.search(file.read(_READ))
    except OSError:
        return {}
    return {"efa-installer.version": found[1]} if found else {}
