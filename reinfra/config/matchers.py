"""Label matchers, as Alertmanager writes them: severity="critical", host.name=~"a.*".

Read as its documentation has it (docs/configuration.md, "Label matchers"), names with dots included. Regular
expressions are RE2's, anchored at both ends: they take time that grows with the text and not more.
"""

import functools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from reinfra.model import InputError

_ONE = re.compile(
    r"""(?:"((?:[^"\\]|\\.)+)"|([^\s{}!=~,\\"'`]+))\s*(=~|!=|!~|=)\s*(.*)""", re.DOTALL
)
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_BARE = re.compile(r'(?:[^"\\]|\\.|\\$)*', re.DOTALL)
_ESCAPE = re.compile(r'\\([n"\\])')
_PLAIN = re.compile(r"[\w :/@%,-]*(?:\|[\w :/@%,-]*)*")
LONGEST, MOST, LONGEST_TEXT = 1_000, 50, 20_000


@dataclass(frozen=True, slots=True)
class Matcher:
    """One condition on a label; a label that is absent is the empty string."""

    name: str
    op: str
    value: str

    def matches(self, labels: Mapping[str, str]) -> bool:
        given = labels.get(self.name, "")
        if self.op in {"=", "!="}:
            return (given == self.value) == (self.op == "=")
        return _found(self.value, given) == (self.op == "=~")

    def __str__(self) -> str:
        escaped = self.value.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')
        name = self.name if re.fullmatch(r"""[^\s{}!=~,\\"'`]+""", self.name) else f'"{self.name}"'
        return f'{name}{self.op}"{escaped}"'


def matches_all(matchers: Iterable[Matcher], labels: Mapping[str, str]) -> bool:
    """Whether every matcher holds; none hold always."""
    return all(one.matches(labels) for one in matchers)


def written(matchers: Sequence[Matcher]) -> str:
    """{severity="critical",team=~"a|b"}."""
    return "{" + ",".join(map(str, matchers)) + "}"


def parse_all(texts: str | Iterable[str]) -> tuple[Matcher, ...]:
    """Every matcher of one text or of several. Raises InputError naming the one that cannot be read."""
    given = [texts] if isinstance(texts, str) else list(texts)
    found = [one for text in given for one in parse(text)]
    if len(found) > MOST:
        raise InputError(f"{len(found)} matchers", why=f"at most {MOST} belong together")
    return tuple(found)


def parse(text: str) -> list[Matcher]:
    """Read `a="b"`, `a=b, c!~"d.*"` or `{a="b",}`. Raises InputError."""
    inside = text[:LONGEST_TEXT].strip()
    if inside.startswith("{") != inside.endswith("}") or len(text) > LONGEST_TEXT:
        raise _unreadable(text, "a brace is missing" if len(text) <= LONGEST_TEXT else "too long")
    if inside.startswith("{"):
        inside = inside[1:-1].strip()
    parts = _split(inside)
    if parts and not parts[-1].strip():  # one comma may trail
        parts.pop()
    return [_one(part, text) for part in parts]


def _split(inside: str) -> list[str]:
    """At commas that are not within double quotes."""
    parts, begin, quoted, at = [], 0, False, 0
    while at < len(inside):
        sign = inside[at]
        if sign == "\\":
            at += 1
        elif sign == '"':
            quoted = not quoted
        elif sign == "," and not quoted:
            parts.append(inside[begin:at])
            begin = at + 1
        at += 1
    return [*parts, inside[begin:]] if inside else []


def _one(part: str, text: str) -> Matcher:
    found = _ONE.fullmatch(part.strip())
    if found is None:
        raise _unreadable(text, f"at {part.strip()[:40]!r}")
    name, op, raw = _unescaped(found[1] or found[2]), found[3], found[4]
    whole = _QUOTED.fullmatch(raw)
    if whole is None and _BARE.fullmatch(raw) is None:
        raise _unreadable(text, f"a double quote in {raw[:40]!r} is not escaped or not closed")
    value = _unescaped(whole[1] if whole else raw)
    if len(name) > LONGEST or len(value) > LONGEST:
        raise _unreadable(text, f"names and values have at most {LONGEST} characters")
    if op in {"=~", "!~"}:
        _checked(value, text)
    return Matcher(name, op, value)


def _unescaped(raw: str) -> str:
    """A line feed, a double quote, a backslash; any other backslash is itself."""
    return _ESCAPE.sub(lambda one: "\n" if one[1] == "n" else one[1], raw)


def _checked(pattern: str, text: str) -> None:
    if _PLAIN.fullmatch(pattern):
        return
    from pyarrow import ArrowInvalid

    try:
        _re2(pattern, "")
        _found(pattern, "")
    except (ArrowInvalid, UnicodeEncodeError) as error:
        raise _unreadable(text, f"{str(error)[:200]}") from error


@functools.lru_cache(maxsize=10_000)
def _found(pattern: str, text: str) -> bool:
    if _PLAIN.fullmatch(pattern):
        return text in pattern.split("|")
    return _re2(rf"\A(?:{pattern})\z", text)


def _re2(pattern: str, text: str) -> bool:
    """Arrow's regular expressions are RE2's, as Alertmanager's are."""
    import pyarrow as pa
    import pyarrow.compute as pc

    return bool(pc.match_substring_regex(pa.array([text]), pattern=pattern)[0].as_py())


def _unreadable(text: str, why: str) -> InputError:
    todo = 'Write for instance severity="critical" or host.name=~"gpu-.*".'
    return InputError(f"not a matcher: {text[:100]!r}", why=why, todo=todo)
