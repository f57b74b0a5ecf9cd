"""What the documents point to is there."""

import re
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, pages, without_blocks

PAGES = pages()
LAID_OUT = [page for page in PAGES if "how-to" not in page.name]
_LINK = re.compile(r"\[[^\]]*\]\((?!https?:)([^)#\s]*)(#[^)\s]*)?\)")
_PATH = re.compile(r"`((?:[\w.-]+/)+[\w.-]*)`")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_MADE = (".venv/", ".reinfra/", "/")


def named(page: Path) -> str:
    return str(page.relative_to(ROOT))


def anchors(page: Path) -> set[str]:
    """Headings as code hosts turn them into anchors."""
    words = (heading.lower().replace("`", "") for heading in _HEADING.findall(page.read_text()))
    return {"#" + re.sub(r"[^\w -]", "", heading).replace(" ", "-") for heading in words}


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    for target, anchor in _LINK.findall(without_blocks(page)):
        found = (page.parent / target).resolve() if target else page
        assert found.exists(), target
        assert not anchor or anchor in anchors(found), f"{target}{anchor}"


@pytest.mark.parametrize("page", LAID_OUT, ids=named)
def test_every_file_that_a_page_names_is_there(page: Path) -> None:
    for name in _PATH.findall(without_blocks(page)):
        if not name.startswith(_MADE) and (ROOT / name.partition("/")[0]).is_dir():
            assert (ROOT / name).exists(), name


def test_links_are_found_at_all() -> None:
    assert sum(len(_LINK.findall(without_blocks(page))) for page in PAGES) > 10
