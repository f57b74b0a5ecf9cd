"""The code of the how-tos, taken out of the pages and run."""

import subprocess
import sys
import tomllib
import types
from collections.abc import Callable
from pathlib import Path

import pytest

from collectors import base
from detectors import DETECTORS
from reinfra.signals import registry
from tests.detectors import test_contract as contract
from tests.docs.pages import ROOT, Block, blocks

TOPICS = ("a-collector", "a-detector", "a-rubric", "an-alert-channel")
PROMISES = [
    name
    for name, promise in vars(contract).items()
    if name.startswith("test_")
    and not any(mark.args[1] is contract.streaming_ones for mark in promise.pytestmark)
    and not any(mark.args[1] is contract.layered_ones for mark in promise.pytestmark)
]
Test = Callable[..., None]


def parts(topic: str) -> list[Block]:
    return list(blocks(ROOT / "docs" / f"how-to-add-{topic}.md"))


def module(block: Block, monkeypatch: pytest.MonkeyPatch) -> types.ModuleType:
    """The block as the module that its file would be."""
    name = block.file.removesuffix(".py").replace("/", ".")
    made = types.ModuleType(name)
    monkeypatch.setitem(sys.modules, name, made)
    exec(compile(block.text, block.file, "exec"), made.__dict__)  # noqa: S102 - what the page says
    return made


def examples(topic: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Test]:
    """Every block put where the page says, modules imported; the tests that they define."""
    monkeypatch.chdir(tmp_path)
    found: list[Test] = []
    for block in parts(topic):
        if block.language == "python":
            made = module(block, monkeypatch)
            found += [made.__dict__[name] for name in vars(made) if name.startswith("test_")]
        else:
            file = tmp_path / block.file
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(block.text)
    return found


def run(test: Test, tmp_path: Path) -> None:
    """As pytest would: each set of parameters, and a folder where one is asked for."""
    marks = getattr(test, "pytestmark", [])
    sets = [mark.args for mark in marks if mark.name == "parametrize"] or [((), [()])]
    folder = {"tmp_path": tmp_path} if "tmp_path" in test.__annotations__ else {}
    for names, rows in sets:
        for row in rows:
            given = {names: row} if isinstance(names, str) else dict(zip(names, row, strict=True))
            test(**given, **folder)


@pytest.fixture
def with_the_pages_signal(monkeypatch: pytest.MonkeyPatch) -> None:
    row = tomllib.loads(parts("a-collector")[0].text)["signal"][0]
    signal = registry._signal(row)
    known = registry.signals() | {signal.name: signal}
    monkeypatch.setattr(base, "signals", lambda: known)


@pytest.mark.usefixtures("with_the_pages_signal")
@pytest.mark.parametrize("topic", TOPICS)
def test_the_code_of_a_how_to_works(
    topic: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = examples(topic, tmp_path, monkeypatch)
    assert found
    for test in found:
        run(test, tmp_path)


@pytest.mark.parametrize("topic", TOPICS)
def test_the_code_of_a_how_to_is_in_the_house_style(topic: str) -> None:
    ruff = Path(sys.executable).with_name("ruff")
    for block in parts(topic):
        if block.language == "python":
            # Import order is not asked for: ruff takes a module that has no file yet for a library.
            for command in (["check", "--ignore=I001"], ["format", "--check"]):
                given = [str(ruff), *command, "--stdin-filename", str(ROOT / block.file), "-"]
                done = subprocess.run(
                    given, input=block.text, text=True, capture_output=True, check=False
                )
                assert done.returncode == 0, f"{block.file}: {done.stdout}{done.stderr}"


@pytest.mark.parametrize("promise", PROMISES)
def test_the_detector_of_the_how_to_keeps_the_contract(
    promise: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    examples("a-detector", tmp_path, monkeypatch)
    monkeypatch.setitem(DETECTORS, "jump", sys.modules["detectors.jump"].Jump)
    asked = getattr(contract, promise).__annotations__
    parameters = {"name": "jump", "points": 30, "largest": 1e307}
    getattr(contract, promise)(**{name: parameters[name] for name in asked if name != "return"})
