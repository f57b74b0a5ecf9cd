"""The decision records, held to what they decide about."""

import re
import tomllib
from collections import Counter

from tests.docs.pages import ROOT

DECISIONS = ROOT / "docs" / "decisions"
_LISTED = re.compile(r"^\| `([\w-]+)` \| \S.{3,}\|$", re.MULTILINE)
_NAME = re.compile(r"[\w-]+")


def listed() -> Counter[str]:
    return Counter(_LISTED.findall((DECISIONS / "0002-dependencies.md").read_text()))


def wanted() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = project["project"]["dependencies"], *project["dependency-groups"].values()
    matches = (_NAME.match(line) for group in groups for line in group)
    return {found[0] for found in matches if found}


def test_every_dependency_has_one_line_that_says_why_it_is_here() -> None:
    assert listed() == Counter(wanted())


def test_decisions_are_numbered_without_a_gap_and_say_context_choice_and_price() -> None:
    records = sorted(DECISIONS.glob("*.md"))
    assert [int(record.name[:4]) for record in records] == list(range(1, len(records) + 1))
    for record in records:
        text = record.read_text()
        assert all(f"**{part}.**" in text for part in ("Context", "Choice", "Price")), record.name
        assert re.search(r"^\d{4}-\d{2}-\d{2}$", text, re.MULTILINE), record.name
