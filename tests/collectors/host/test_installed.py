from pathlib import Path

from collectors.host.collector import Host
from collectors.host.installed import Installed
from reinfra.config.sources import HostSource
from reinfra.model import HOUR, Report, subject

HERE = subject({"host.name": "here"})


def environment(folder: Path, version: str) -> str:
    for old in folder.glob("torch-*.dist-info/METADATA"):
        old.unlink()
    info = folder / f"torch-{version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: torch\nVersion: {version}\n")
    return str(folder)


def test_what_is_installed_is_asked_for_once_an_hour(tmp_path: Path) -> None:
    now = 0
    installed = Installed([environment(tmp_path, "2.9.0")], lambda: now)
    assert "2.9.0" in {fact.value for fact in installed.news(HERE)}
    now = HOUR - 1
    assert installed.news(HERE) == ()
    now = HOUR
    assert "2.9.0" in {fact.value for fact in installed.news(HERE)}


def test_a_host_tells_the_versions_that_models_run_with(tmp_path: Path) -> None:
    folder = environment(tmp_path, "2.9.0")
    settings = HostSource(identity=False, environments=(folder,))
    host = Host.of(settings, clock=lambda: 0)
    told = [
        (fact.name, fact.value)
        for _ in range(2)
        for given in host.collect()
        if isinstance(given, Report)
        for fact in given.facts
    ]
    assert told.count(("torch.version", "2.9.0")) == 1
