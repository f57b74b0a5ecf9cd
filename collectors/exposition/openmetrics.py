"""OpenMetrics text 1.0.0, as strict as its specification and the public parser suite.

The grammar is that of OpenMetrics.md, "ABNF"; quoted UTF-8 names are taken as Prometheus 3 writes them.
"""

import re
from dataclasses import dataclass, field

from collectors.exposition import labels
from collectors.exposition.family import Claims, OpenFamily
from collectors.exposition.labels import Scan
from collectors.exposition.malformed import malformed, shown
from collectors.exposition.model import UNTIMED, Family, Labels, Point
from collectors.exposition.numbers import number, seconds
from collectors.exposition.rows import Memory, Row, Rows
from collectors.exposition.rules import Rules
from collectors.exposition.text import PAIR

_NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*+"
_PLAIN = re.compile(
    rf"(({_NAME})(?:\{{((?:[a-zA-Z_][a-zA-Z0-9_]*+=\"[^\"\\]*+\"(?:,(?!\}})|(?=\}})))*+)\}})?)"
    r" ([^ ]++)(?: ([^ #]++))?"
)
_METADATA = re.compile(rf'# (HELP|TYPE|UNIT) ("(?:[^"\\]|\\.)*"|{_NAME}) (.*)')
_BARE = re.compile(_NAME)
_REST = re.compile(r" ([^ ]+)(?: ([^ #]+))?")
_EXEMPLAR_REST = re.compile(r" ([^ ]+)(?: ([^ ]+))?")
_EXEMPLAR = " # {"
_EXEMPLAR_CHARACTERS = 128
_END = "# EOF"


@dataclass(slots=True)
class OpenMetricsPage:
    """One page on its way through the parser."""

    memory: Memory
    rows: Rows = field(default_factory=Rows)
    _claims: Claims = field(default_factory=Claims)
    _open: OpenFamily = field(default_factory=lambda: OpenFamily(Family("")))

    def parse(self, text: str) -> Rules:
        """The samples are then in `rows`. Raises CollectorError for the first line that is malformed."""
        lines = text.removesuffix("\n").split("\n")
        if lines.pop() != _END:
            raise malformed(len(lines) + 1, f"the page does not end with {_END!r}")
        number = 0
        try:
            for number, line in enumerate(lines, 1):
                if plain := _PLAIN.fullmatch(line):
                    self._plain(number, plain)
                elif line[:1] == "#":
                    self._metadata(line)
                else:
                    self._odd(number, line)
            self._claims.close(self._open)
        except ValueError as error:
            raise malformed(number, str(error)) from None
        return self._claims.rules()

    def _metadata(self, line: str) -> None:
        found = _METADATA.fullmatch(line)
        if found is None:
            raise ValueError(f"neither HELP, TYPE, UNIT nor the end: {shown(line)}")
        what, name, text = found.groups()
        if name[0] == '"':
            name = labels.unescape(name[1:-1], strict=False)
        if name != self._open.family.name:
            self._switch(Family(name))
        self._open.describe(what, text)

    def _switch(self, family: Family) -> None:
        self._claims.close(self._open)
        self._open = self._claims.open(family)

    def _plain(self, line: int, found: re.Match[str]) -> None:
        series, name, inside, value, at = found.groups()
        family = self._owner(name)
        point = self.memory.points.get(series)
        if point is None or point.family is not family:
            pairs = tuple(PAIR.findall(inside)) if inside else ()
            if len(dict(pairs)) != len(pairs):
                raise ValueError("a label name twice")
            point = self.memory.point(series, name, pairs, family)
        self._add(line, series, point, value, at)

    def _add(self, line: int, series: str, point: Point, value: str, at: str | None) -> None:
        rows = self.rows
        time = seconds_of(at) if at else UNTIMED
        self._open.add(len(rows.all), point, time)
        rows.plain = rows.plain and not at  # times have an order that each page must keep
        rows.all.append(Row(series, point, value, time, line))

    def _owner(self, name: str) -> Family:
        """The open family if the sample is one of its own, else a new one of unknown type."""
        if not self._open.owns(name):
            self._switch(Family(name))
            self._open.owns(name)
        return self._open.sealed(self.memory)

    def _odd(self, line: int, text: str) -> None:
        """A line with escapes, quoted names or an exemplar."""
        self.rows.plain = False
        bare = _BARE.match(text)
        scan = Scan(text, bare.end() if bare else 0, labels.OPEN_METRICS, bare[0] if bare else "")
        pairs: Labels = ()
        if text[scan.at : scan.at + 1] == "{":
            scan.at += 1
            pairs = scan.labels()
        if not scan.name:
            raise ValueError("no metric name")
        series = text[: scan.at]
        rest, mark, exemplar = text[scan.at :].partition(_EXEMPLAR)
        found = _REST.fullmatch(rest)
        if found is None:
            raise ValueError(f"expected a value and perhaps a time, got {shown(rest)}")
        point = self.memory.point(series, scan.name, pairs, self._owner(scan.name))
        self._add(line, series, point, found[1], found[2])
        if mark:
            self._open.require_exemplars(scan.name)
            _check_exemplar(exemplar)


def _check_exemplar(text: str) -> None:
    """`text` is what follows the opening brace. Exemplars are checked and not kept."""
    scan = Scan(text, 0, labels.OPEN_METRICS)
    pairs = scan.labels()
    if scan.name:
        raise ValueError("an exemplar has no metric name")
    if sum(len(name) + len(value) for name, value in pairs) > _EXEMPLAR_CHARACTERS:
        raise ValueError(f"an exemplar's labels of more than {_EXEMPLAR_CHARACTERS} characters")
    rest = _EXEMPLAR_REST.fullmatch(text, scan.at)
    if rest is None:
        raise ValueError(f"expected an exemplar's value, got {shown(text[scan.at :])}")
    try:
        number(rest[1])
    except ValueError:
        raise ValueError(f"expected an exemplar's value, got {shown(rest[1])}") from None
    if rest[2]:
        seconds_of(rest[2])


def seconds_of(text: str) -> int:
    try:
        return seconds(text)
    except ValueError:
        raise ValueError(f"expected a time in seconds, got {shown(text)}") from None
