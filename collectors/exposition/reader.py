"""The pages of one target, each read with what is known of the one before."""

from dataclasses import dataclass, field

from collectors.exposition.layout import Layout, layout
from collectors.exposition.malformed import malformed
from collectors.exposition.model import Exposition
from collectors.exposition.negotiate import Grammar
from collectors.exposition.openmetrics import OpenMetricsPage
from collectors.exposition.protobuf import parse as parse_protobuf
from collectors.exposition.rows import Memory
from collectors.exposition.text import TextPage


@dataclass(slots=True)
class Reader:
    """`read` gives a page's samples. A page of the same layout as the last costs its numbers only."""

    _layout: Layout | None = None
    _grammar: Grammar | None = None
    _memory: Memory = field(default_factory=Memory)

    def read(self, raw: bytes, grammar: Grammar) -> Exposition:
        """Raises CollectorError, with the line, for a page that breaks its grammar; nothing of it is kept."""
        if grammar is Grammar.PROTOBUF:
            return parse_protobuf(raw)
        if self._grammar is not grammar:
            self._layout, self._memory, self._grammar = None, Memory(), grammar
        same = self._layout.read(raw) if self._layout is not None else None
        return same if same is not None else self._parse(raw, grammar)

    def _parse(self, raw: bytes, grammar: Grammar) -> Exposition:
        page = (TextPage if grammar is Grammar.TEXT else OpenMetricsPage)(self._memory)
        rules = page.parse(_decoded(raw, grammar))
        found = page.rows.exposition()
        rules.check(found.value, page.rows.lines)
        # What this page does not have any more is forgotten, so that memory follows the page.
        points = {row.series: row.point for row in page.rows.all}
        families = {id(point.family): point.family for point in found.points}.values()
        self._memory = Memory(points, {family: family for family in families})
        self._layout = layout(raw, page.rows, rules, found)
        return found


def _decoded(raw: bytes, grammar: Grammar) -> str:
    """Raises CollectorError for bad UTF-8; the text format allows it in comments that say nothing."""
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
    lines = raw.split(b"\n")
    for number in range(line, len(lines) + 1):
        text = lines[number - 1]
        words = text.split(maxsplit=2)
        comment = text.lstrip()[:1] == b"#" and b"HELP" not in words[:2]
        if not (grammar is Grammar.TEXT and comment) and not _is_utf8(text):
            raise malformed(number, "not UTF-8")
    return raw.decode(errors="replace")


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True
