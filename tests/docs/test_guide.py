"""What the guide tells people to type exists."""

import re
import shlex
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
import typer.main

from reinfra.cli.main import app
from reinfra.config import Settings
from tests.docs.pages import ROOT, Block, blocks, pages

GUIDE = [block for page in pages("docs/guide") for block in blocks(page)]
UNITS = sorted((ROOT / "deploy" / "systemd").glob("*.service"))
_CALL = re.compile(r"(?:^|/bin/)reinfra +([^\n>|;&#]+)|reinfra:[\d.]+ +(\w.*)")
_LIST = re.compile(r'\["reinfra", (?P<rest>[^\]]+)\]|"command\\": \[(?P<task>[^\]]+)\]')


def calls(text: str) -> Iterator[list[str]]:
    """The words after `reinfra` of every call in a shell line, a crontab, a unit or a list."""
    for found in _LIST.finditer(text):
        listed = found["rest"] or found["task"].replace("\\", "")
        yield [word.strip(' "') for word in listed.split(",")]
    for line in text.splitlines():
        if call := _CALL.search(line):
            yield shlex.split(call[1] or call[2])


def check(words: list[str]) -> None:
    """Walk the command's tree word by word; fail at a command or an option that is not there."""
    command: Any = typer.main.get_command(app)
    rest = iter(words)
    for word in rest:
        if word.startswith("--"):
            options = {name: each for each in command.params for name in each.opts}
            assert word in options, f"{' '.join(words)}: no option {word}"
            if not options[word].is_flag:
                next(rest)
        elif subcommands := getattr(command, "commands", {}):
            assert word in subcommands, f"{' '.join(words)}: no command {word}"
            command = subcommands[word]
    assert not getattr(command, "commands", {}), f"{' '.join(words)}: which command?"
    assert "not built yet" not in (command.help or ""), f"{' '.join(words)}: not built yet"


@pytest.mark.parametrize(("page", "least"), [("getting-started.md", 17), ("scheduled-batch.md", 6)])
def test_every_command_of_the_guide_is_there(page: str, least: int) -> None:
    found = [words for block in GUIDE if block.page == page for words in calls(block.text)]
    assert len(found) >= least
    for words in found:
        check(words)


@pytest.mark.parametrize("unit", UNITS, ids=[unit.stem for unit in UNITS])
def test_every_command_of_a_systemd_unit_is_there(unit: Any) -> None:  # noqa: ANN401
    (words,) = calls(unit.read_text())
    check(words)


@pytest.mark.parametrize("line", ["detects", "detect --forever", "alerts"])
def test_a_command_that_is_not_there_would_be_seen(line: str) -> None:
    with pytest.raises(AssertionError):
        check(line.split())


@pytest.mark.parametrize("block", [block for block in GUIDE if block.language == "toml"])
def test_the_settings_of_the_guide_are_valid(block: Block) -> None:
    assert Settings(**tomllib.loads(block.text)) != Settings()
