"""The wheel alone: built, installed into an environment of its own, and run."""

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def _run(*command: str | Path, cwd: Path) -> str:
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "REINFRA"))}
    environment["PATH"] = f"{Path(sys.executable).parent}:{environment['PATH']}"
    done = subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment that has the wheel, and reinfra's dependencies but no checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    build = f"import uv_build; print(uv_build.build_wheel({str(folder)!r}))"
    wheel = folder / _run(sys.executable, "-c", build, cwd=ROOT).strip().splitlines()[-1]
    assert wheel.stat().st_size < 8_000_000
    _run(sys.executable, "-m", "venv", folder / "venv", cwd=folder)
    programs = folder / "venv" / "bin"
    _run(programs / "python", "-m", "pip", "install", "--no-index", "--no-deps", wheel, cwd=folder)
    where = "import sysconfig; print(sysconfig.get_path('purelib'))"
    site = Path(_run(programs / "python", "-c", where, cwd=folder).strip())
    # The dependencies are this environment's; its editable reinfra is a .pth file, which is not followed.
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return programs


def test_the_wheel_runs_on_its_own(installed: Path, tmp_path: Path) -> None:
    reinfra = installed / "reinfra"
    where = _run(
        installed / "python", "-c", "import reinfra; print(reinfra.__file__)", cwd=tmp_path
    )
    assert where.startswith(str(installed.parent))
    assert "demo" in _run(reinfra, "--help", cwd=tmp_path)
    assert "schema" in _run(reinfra, "db", "upgrade", cwd=tmp_path)
    assert "windows hit" in _run(reinfra, "demo", "--exit", cwd=tmp_path)
