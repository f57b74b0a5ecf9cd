import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from reinfra.cli.main import main


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str


Run = Callable[..., Outcome]


@pytest.fixture
def reinfra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Run:
    """Runs the command in an empty folder, as its console script does."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TERM", "dumb")

    def run(*arguments: str) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["reinfra", *arguments])
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        said = capfd.readouterr()
        code = ended.value.code
        return Outcome(code if isinstance(code, int) else 1, said.out, said.err)

    return run
