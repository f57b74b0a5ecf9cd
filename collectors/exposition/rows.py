"""The samples of a page while it is parsed, and what is remembered of the page before."""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from collectors.exposition.malformed import malformed, shown
from collectors.exposition.model import Exposition, Family, Labels, Point
from collectors.exposition.numbers import number, numbers


@dataclass(slots=True)
class Memory:
    """Points by the text of their series, so that a line seen before is not taken apart again."""

    points: dict[str, Point] = field(default_factory=dict)
    families: dict[Family, Family] = field(default_factory=dict)

    def family(self, given: Family) -> Family:
        """The same object for equal families, so that `is` compares them."""
        return self.families.setdefault(given, given)

    def point(self, series: str, name: str, labels: Labels, family: Family) -> Point:
        point = Point(name, labels, family)
        self.points[series] = point
        return point


class Row(NamedTuple):
    """`series` is the sample's text up to its value, `line` counts from 1."""

    series: str
    point: Point
    value: str
    at: int
    line: int


@dataclass(slots=True)
class Rows:
    """The samples so far, in the order of the page.

    `plain` says that every line is a series, one space, a value and perhaps one space and a time.
    """

    all: list[Row] = field(default_factory=list)
    plain: bool = True

    @property
    def lines(self) -> list[int]:
        return [row.line for row in self.all]

    def exposition(self) -> Exposition:
        """Raises CollectorError for the first value that is no number."""
        at = np.array([row.at for row in self.all], np.int64)
        return Exposition(tuple(row.point for row in self.all), self._values(), at)

    def _values(self) -> NDArray[np.float64]:
        if not self.all:
            return np.empty(0)
        joined = "\n".join([row.value for row in self.all])
        found = numbers(joined.encode("utf-8", "replace").split(b"\n"))
        if found is not None:
            return found
        for row in self.all:
            try:
                number(row.value)
            except ValueError:
                raise malformed(row.line, f"expected a number, got {shown(row.value)}") from None
        raise AssertionError  # pragma: no cover - one of them is no number
