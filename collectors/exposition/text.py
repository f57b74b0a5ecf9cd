"""Prometheus' text format 0.0.4, also with the quoted UTF-8 names of Prometheus 3.

What is accepted and refused is what the parsers of Prometheus accept and refuse
(github.com/prometheus/common/expfmt and prometheus/prometheus/model/textparse). Where the two differ:
as the first for names, types, escapes and an unfinished last line; as the second, which is what a
Prometheus server scrapes with, for blanks, commas and help texts.
"""

import functools
import re
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from collectors.exposition import labels
from collectors.exposition.labels import Scan
from collectors.exposition.malformed import malformed, shown
from collectors.exposition.model import UNTIMED, Family, Labels, Point, Type
from collectors.exposition.numbers import milliseconds, number
from collectors.exposition.rows import Memory, Row, Rows
from collectors.exposition.rules import Rules

_PLAIN = re.compile(
    r"(([a-zA-Z_:][a-zA-Z0-9_:]*+)"
    r'(?:\{((?:[a-zA-Z_][a-zA-Z0-9_]*+="[^"\\]*+"(?:,|(?=\})))*+)\})?)'
    r" ([^ \t{]++)(?: ([+-]?[0-9]++))?"
)
"""Nearly every line there is: the series with name and labels, the value, the time."""
PAIR = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*+)="([^"\\]*+)"')
_NAME = re.compile(r"[ \t]*([a-zA-Z_:][a-zA-Z0-9_:]*)?[ \t]*")
_REST = re.compile(r"[ \t]*([^ \t]+)(?:[ \t]+([^ \t]+))?[ \t]*")
_COMMENT = re.compile(r"[ \t]*#[ \t]*(HELP|TYPE)(?:[ \t]+(.*))?")
_SUBJECT = re.compile(r'("(?:[^"\\]|\\.)*"|[a-zA-Z_:][a-zA-Z0-9_:]*)(?:[ \t]+(.*))?')
_TYPES = {
    "COUNTER": Type.COUNTER,
    "GAUGE": Type.GAUGE,
    "SUMMARY": Type.SUMMARY,
    "UNTYPED": Type.UNKNOWN,
    "HISTOGRAM": Type.HISTOGRAM,
    "GAUGE_HISTOGRAM": Type.GAUGE_HISTOGRAM,
    "GAUGEHISTOGRAM": Type.GAUGE_HISTOGRAM,
}
_BOUNDS = {Type.SUMMARY: "quantile", Type.HISTOGRAM: "le", Type.GAUGE_HISTOGRAM: "le"}
_BUCKETED = (Type.HISTOGRAM, Type.GAUGE_HISTOGRAM)
_PARTS = (("_count", (Type.SUMMARY, *_BUCKETED)), ("_sum", (Type.SUMMARY, *_BUCKETED)))
_SUFFIXES = (*_PARTS, ("_bucket", _BUCKETED))


class _Line(NamedTuple):
    series: str
    name: str
    labels: Labels
    value: str
    at: str | None


@dataclass(slots=True)
class TextPage:
    """One page on its way through the parser."""

    memory: Memory
    rows: Rows = field(default_factory=Rows)
    _helped: set[str] = field(default_factory=set)
    _typed: dict[str, Family] = field(default_factory=dict)
    _sampled: set[str] = field(default_factory=set)
    _family: dict[str, tuple[Family, str]] = field(default_factory=dict)
    _labels: dict[tuple[str, str], Labels] = field(default_factory=dict)

    def parse(self, text: str) -> Rules:
        """The samples are then in `rows`. Raises CollectorError for the first line that is malformed."""
        lines = text.split("\n")
        if lines.pop().strip(" \t"):
            raise malformed(len(lines) + 1, "the page ends within a line")
        number = 0
        try:
            for number, line in enumerate(lines, 1):
                if plain := _PLAIN.fullmatch(line):
                    self._plain(number, plain)
                elif line.lstrip(" \t")[:1] == "#":
                    self._comment(line)
                elif line.strip(" \t"):
                    self._odd(number, line)
        except ValueError as error:
            raise malformed(number, str(error)) from None
        return self._rules()

    def _plain(self, line: int, found: re.Match[str]) -> None:
        series, name, inside, value, at = found.groups()
        family, bound = self._family.get(name) or self._resolve(name)
        point = self.memory.points.get(series)
        if point is None or point.family is not family:
            point = Point(name, self._pairs(inside, bound) if inside else (), family)
        time = UNTIMED if at is None else _time(at)
        self.rows.all.append(Row(series, point, value, time, line))

    def _pairs(self, inside: str, bound: str) -> Labels:
        """The labels between braces; those of many lines of a page are the same."""
        known = inside, bound
        pairs = self._labels.get(known)
        if pairs is None:
            pairs = tuple(PAIR.findall(inside))
            names = dict(pairs)
            if len(names) != len(pairs) or "__name__" in names:
                raise ValueError("a label name twice, or '__name__'")
            _check_bound(pairs, bound)
            self._labels[known] = pairs
        return pairs

    def _odd(self, line: int, text: str) -> None:
        read = _careful(text)
        family, bound = self._family.get(read.name) or self._resolve(read.name)
        _check_bound(read.labels, bound)
        point = self.memory.point(read.series, read.name, read.labels, family)
        time = UNTIMED if read.at is None else _time(read.at)
        self.rows.all.append(Row(read.series, point, read.value, time, line))
        self.rows.plain = False

    def _resolve(self, name: str) -> tuple[Family, str]:
        """The family of a sample of this name, as far as the page has been read, and its bound's label."""
        family = self._typed.get(name)
        for suffix, types in _SUFFIXES if family is None else ():
            whole = self._typed.get(name.removesuffix(suffix))
            if whole is not None and name.endswith(suffix) and whole.type in types:
                family = whole
                break
        family = family or self.memory.family(Family(name))
        found = self._family[name] = family, _BOUNDS.get(family.type, "")
        self._sampled.add(family.name)
        return found

    def _comment(self, line: str) -> None:
        found = _COMMENT.fullmatch(line)
        if found is None or not found[2]:
            return
        subject = _SUBJECT.fullmatch(found[2])
        if subject is None:
            raise ValueError(f"no metric name after {found[1]}: {shown(found[2])}")
        name, rest = subject.groups()
        if name[0] == '"':
            name = labels.unescape(name[1:-1], strict=True)
        if not rest:
            return
        if found[1] == "HELP":
            if name in self._helped:
                raise ValueError(f"a second HELP line for {shown(name)}")
            self._helped.add(name)
        else:
            self._type(name, rest)

    def _type(self, name: str, kind: str) -> None:
        if name in self._typed or name in self._sampled:
            raise ValueError(f"a second TYPE line for {shown(name)}, or one after its samples")
        if kind.upper() not in _TYPES:
            raise ValueError(f"{shown(kind)} is no metric type")
        self._typed[name] = self.memory.family(Family(name, _TYPES[kind.upper()]))
        self._family.clear()

    def _rules(self) -> Rules:
        """Buckets and counts cannot be negative; expfmt asks no more of values."""
        rows = [
            i
            for i, row in enumerate(self.rows.all)
            if row.point.family.type in _BUCKETED and not row.point.name.endswith("_sum")
        ]
        return Rules(no_negative=np.array(rows, np.intp))


def _careful(text: str) -> _Line:
    """A line with blanks, escapes or quotes where the plain ones have none. Raises ValueError."""
    named = _NAME.match(text)
    at = named.end() if named else 0
    scan = Scan(text, at + 1, labels.TEXT, (named and named[1]) or "")
    pairs = scan.labels() if text[at : at + 1] == "{" else ()
    end = scan.at if text[at : at + 1] == "{" else at
    if not scan.name:
        raise ValueError("no metric name")
    rest = _REST.fullmatch(text, end)
    if rest is None:
        raise ValueError(f"expected a value and perhaps a time, got {shown(text[end:])}")
    return _Line(text[:end].strip(" \t"), scan.name, pairs, rest[1], rest[2])


def _time(text: str) -> int:
    try:
        return milliseconds(text)
    except ValueError:
        raise ValueError(f"expected a time in whole milliseconds, got {shown(text)}") from None


def _check_bound(pairs: Labels, wanted: str) -> None:
    """The bound of a bucket and the quantile of a summary are numbers."""
    for name, value in pairs if wanted else ():
        if name == wanted and not _is_number(value):
            raise ValueError(f"expected a number as {name}, got {shown(value)}")


@functools.lru_cache(1024)
def _is_number(text: str) -> bool:
    try:
        number(text)
    except ValueError:
        return False
    return True
