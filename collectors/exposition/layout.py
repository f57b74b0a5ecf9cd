"""A page of which only the numbers changed: recognised without taking its lines apart.

A page cut at every space is a list of words, of which some are values. Where all other words are those
of the page before, so are its series, bit for bit: nothing is lost by the cut, joining the words with
spaces gives the page again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from collectors.exposition.model import UNTIMED, Exposition
from collectors.exposition.numbers import milliseconds, numbers
from collectors.exposition.rows import Rows
from collectors.exposition.rules import Rules

Words = tuple[bytes, ...]
_LEAST = 2  # itemgetter of one place gives no tuple


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """The words of a page that are no numbers, where its numbers are, and what they must keep."""

    words: int
    constant: Callable[[list[bytes]], Words]
    expected: Words
    values: Callable[[list[bytes]], Words]
    times: Callable[[list[bytes]], Words] | None
    timed: NDArray[np.intp]
    lines: tuple[int, ...]
    rules: Rules
    last: Exposition

    def read(self, raw: bytes) -> Exposition | None:
        """The page, None if it is another one. Raises CollectorError where a value breaks a rule."""
        words = _cut(raw)
        if len(words) != self.words or self.constant(words) != self.expected:
            return None
        value = numbers(self.values(words))
        at = self._times(words)
        if value is None or at is None:
            return None
        self.rules.check(value, self.lines)
        return Exposition(self.last.points, value, at)

    def _times(self, words: list[bytes]) -> NDArray[np.int64] | None:
        at = np.full(len(self.last.points), UNTIMED)
        if self.times is not None:
            try:
                at[self.timed] = [milliseconds(word.decode()) for word in self.times(words)]
            except ValueError:
                return None
        return at


def layout(raw: bytes, rows: Rows, rules: Rules, last: Exposition) -> Layout | None:
    """The layout of a page just parsed; None where its lines are not of the plain form."""
    timed = np.flatnonzero(last.at != UNTIMED)
    if not rows.plain or len(rows.all) < _LEAST or timed.size == 1:
        return None
    words = _cut(raw)
    ends = _line_ends(words)
    final = ends[np.array(rows.lines) - 1]
    value = final.copy()
    value[timed] -= 1
    varying = np.zeros(len(words), np.bool_)
    varying[final] = varying[value] = True
    constant = itemgetter(*np.flatnonzero(~varying).tolist(), 0)
    return Layout(
        words=len(words),
        constant=constant,
        expected=constant(words),
        values=itemgetter(*value.tolist()),
        times=itemgetter(*final[timed].tolist()) if timed.size else None,
        timed=timed,
        lines=tuple(rows.lines),
        rules=rules,
        last=last,
    )


def _cut(raw: bytes) -> list[bytes]:
    return raw.replace(b"\n", b" \n").split(b" ")


def _line_ends(words: list[bytes]) -> NDArray[np.intp]:
    """The place of each line's last word."""
    starts = [i for i, word in enumerate(words) if word[:1] == b"\n"]
    return np.array([*starts, len(words)], np.intp) - 1
