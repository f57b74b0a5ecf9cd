"""The text between braces, read character by character: what the quick patterns leave over.

Names may be quoted and then hold any characters (Prometheus 3's UTF-8 names); a quoted string
without a value is the metric's own name.
"""

import re
from dataclasses import dataclass

_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_QUOTED = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
_ESCAPE = re.compile(r"\\(.)")
_UNESCAPED = {"\\\\": "\\", '\\"': '"', "\\n": "\n"}
_BLANK = re.compile(r"[ \t]*")


@dataclass(frozen=True, slots=True)
class Dialect:
    """`loose` is the text format: blanks anywhere, a comma too many at the end or missing between."""

    loose: bool


TEXT = Dialect(loose=True)
OPEN_METRICS = Dialect(loose=False)

Labels = tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Scan:
    """One pass over the labels of `text` from `at`, which is just behind the opening brace."""

    text: str
    at: int
    dialect: Dialect
    name: str = ""

    def labels(self) -> Labels:
        """Until the closing brace, `at` then being behind it. Raises ValueError with the reason."""
        found: list[tuple[str, str]] = []
        wanted = False  # after OpenMetrics' comma there must be another label
        while True:
            self._blank()
            if not wanted and self._take("}"):
                return _distinct(found)
            self._one(found)
            self._blank()
            wanted = self._take(",") and not self.dialect.loose
            if not wanted and not self.dialect.loose and self.text[self.at : self.at + 1] != "}":
                raise ValueError("expected a comma or a closing brace after a label")

    def _one(self, found: list[tuple[str, str]]) -> None:
        quoted = self.text[self.at : self.at + 1] == '"'
        label = self.quoted() if quoted else self._bare()
        self._blank()
        if not self._take("="):
            self._named(label, quoted=quoted)
            return
        self._blank()
        found.append((label, self.quoted()))

    def _named(self, name: str, *, quoted: bool) -> None:
        if not quoted:
            raise ValueError(f"expected '=' after the label name {name[:60]!a}")
        if self.name:
            raise ValueError("a second metric name")
        if self.text[self.at : self.at + 1] not in (",", "}"):
            raise ValueError("expected a comma or a closing brace after the metric name")
        self.name = name

    def _bare(self) -> str:
        match = _NAME.match(self.text, self.at)
        if match is None:
            raise ValueError(f"expected a label name at {self.text[self.at : self.at + 20]!a}")
        self.at = match.end()
        return match.group()

    def quoted(self) -> str:
        match = _QUOTED.match(self.text, self.at)
        if match is None:
            raise ValueError(f"expected a quoted text at {self.text[self.at : self.at + 20]!a}")
        self.at = match.end()
        return unescape(match.group(1), strict=self.dialect.loose)

    def _take(self, mark: str) -> bool:
        if self.text[self.at : self.at + 1] != mark:
            return False
        self.at += 1
        return True

    def _blank(self) -> None:
        if self.dialect.loose:
            self.at = _BLANK.match(self.text, self.at).end()  # type: ignore[union-attr]


def unescape(text: str, *, strict: bool) -> str:
    """Backslash, quote and line feed; any other escape stands for itself, or is refused if `strict`."""
    if "\\" not in text:
        return text
    if strict and (odd := [e for e in _ESCAPE.findall(text) if e not in '\\"n']):
        raise ValueError(f"invalid escape sequence {chr(92) + odd[0]!a}")
    return _ESCAPE.sub(lambda found: _UNESCAPED.get(found[0], found[0]), text)


def _distinct(found: list[tuple[str, str]]) -> Labels:
    names = {name for name, _ in found}
    if len(names) != len(found):
        raise ValueError("a label name twice")
    if "__name__" in names:
        raise ValueError("the label name '__name__' is reserved")
    if "" in names:
        raise ValueError("an empty label name")
    return tuple(found)
