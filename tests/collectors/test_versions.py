import os
from pathlib import Path

import pytest

from collectors.versions import facts
from reinfra.model import subject

HOST = subject({"host.name": "a"})


def package(folder: Path, name: str, version: str) -> None:
    info = folder / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")


def program(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def read(folders: tuple[str, ...], efa: Path, timeout: float = 5.0) -> dict[str, str]:
    found = facts(HOST, folders=folders, efa=efa, timeout=timeout)
    assert all(fact.subject == HOST for fact in found)
    return {fact.name: fact.value for fact in found}


@pytest.fixture
def empty_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without package managers."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}")
    return folder


def test_packages_of_another_environment_are_read_from_their_metadata(
    tmp_path: Path, empty_path: Path
) -> None:
    del empty_path
    site = tmp_path / "lib" / "python3.12" / "site-packages"
    for name, version in (
        ("torch", "2.9.1+cu128"),
        ("nvidia-cuda-runtime-cu12", "12.8.90"),
        ("nvidia-nccl-cu12", "2.27.5"),
        ("libtorch_neuronx_lite", "2.12.0.1.0.1284"),
        ("somebody-elses", "1"),
    ):
        package(site, name, version)
    assert read((str(site),), tmp_path / "none") == {
        "libtorch-neuronx-lite.version": "2.12.0.1.0.1284",
        "nccl.version": "2.27.5",
        "process.runtime.version": "3.12",
        "torch.cuda.version": "12.8.90",
        "torch.version": "2.9.1+cu128",
    }


def test_a_cuda_runtime_without_torch_says_nothing_of_torch(
    tmp_path: Path, empty_path: Path
) -> None:
    del empty_path
    package(tmp_path / "python3.12", "nvidia-cuda-runtime", "13.0.2")
    assert "torch.cuda.version" not in read((str(tmp_path / "python3.12"),), tmp_path / "none")


def test_packages_of_the_host_come_from_its_package_manager(
    tmp_path: Path, empty_path: Path
) -> None:
    program(
        empty_path,
        "dpkg-query",
        "echo 'installed aws-neuronx-dkms 2.30.2.0'\n"
        "echo 'config-files aws-neuronx-tools 2.1'\n"
        "echo 'installed cuda-compat-12-8 570.1-0ubuntu1'\n"
        "echo 'installed linux-image 6'\n"
        "exit 1",
    )
    got = read((), tmp_path / "none")
    assert got["aws-neuronx-dkms.version"] == "2.30.2.0"
    assert got["cuda-compat.version"] == "570.1-0ubuntu1"
    assert not {name for name in got if "tools" in name or "linux" in name}


def test_a_package_manager_that_hangs_is_left_alone(tmp_path: Path, empty_path: Path) -> None:
    program(empty_path, "rpm", "exec 1>&-; while :; do :; done")
    assert "process.runtime.version" in read((), tmp_path / "none", timeout=0.2)


def test_the_installer_of_efa_says_its_version(tmp_path: Path, empty_path: Path) -> None:
    del empty_path
    file = tmp_path / "efa_installed_packages"
    file.write_text("# EFA installer version: 1.47.0\n# Debug packages installed: no\n")
    assert read((), file)["efa-installer.version"] == "1.47.0"
    file.write_bytes(os.urandom(100))
    assert "efa-installer.version" not in read((), file)
