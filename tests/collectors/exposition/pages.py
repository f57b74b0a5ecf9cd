"""The pages under tests/data/exposition, and short ways to read one."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from collectors.base import CollectorError
from collectors.exposition import Exposition, Grammar, Reader

DATA = Path(__file__).parents[2] / "data" / "exposition"


class Case(NamedTuple):
    name: str
    page: bytes
    accept: bool


def cases(file: str) -> Iterator[Case]:
    for line in (DATA / file).read_text("utf-8").splitlines():
        one = json.loads(line)
        yield Case(one["case"], one["page"].encode("utf-8", "surrogateescape"), one["accept"])


def text(page: str) -> Exposition:
    return Reader().read(page.encode(), Grammar.TEXT)


def open_metrics(page: str) -> Exposition:
    return Reader().read(page.encode(), Grammar.OPEN_METRICS)


def refusal(page: bytes, grammar: Grammar) -> str:
    """Why the page is refused, empty where it is taken."""
    try:
        Reader().read(page, grammar)
    except CollectorError as error:
        return str(error)
    return ""


def lines(page: Exposition) -> dict[str, float]:
    """Values by series, written as a page writes them."""
    series = (
        point.name + "{" + ",".join(f'{name}="{value}"' for name, value in point.labels) + "}"
        for point in page.points
    )
    return dict(zip(series, page.value.tolist(), strict=True))
