"""Which series: a metric and matchers on labels, with PromQL's words."""

import re
from dataclasses import dataclass

from reinfra.model import InputError, SeriesKey

_MATCHER = re.compile(r'\s*([A-Za-z_][\w.]*)\s*(=~|!~|!=|=)\s*"((?:[^"\\]|\\.)*)"\s*(?:,|$)')
_LIST = re.compile(r'\s*([A-Za-z_][\w.]*)\s+in\s*\(((?:\s*"(?:[^"\\]|\\.)*"\s*,?)+)\)\s*(?:,|$)')
_TEXT = re.compile(r'"((?:[^"\\]|\\.)*)"')
_SELECTOR = re.compile(r"\s*([A-Za-z_:][\w.:]*)?\s*(?:\{(.*)\})?\s*", re.DOTALL)
MAX_PATTERN = 1_000


@dataclass(frozen=True, slots=True)
class Matcher:
    """One condition on a label; a label that is absent is the empty string. Patterns are anchored."""

    name: str
    op: str
    value: str

    def matches(self, key: SeriesKey) -> bool:
        given = key.label(self.name)
        if self.op in {"=", "!="}:
            return (given == self.value) == (self.op == "=")
        return bool(re.fullmatch(self.value, given)) == (self.op == "=~")


@dataclass(frozen=True, slots=True)
class Selector:
    """Series of `metric` (None: of any metric) that every matcher accepts."""

    metric: str | None = None
    matchers: tuple[Matcher, ...] = ()

    def matches(self, key: SeriesKey) -> bool:
        return self.metric in {None, key.metric} and all(m.matches(key) for m in self.matchers)

    @classmethod
    def parse(cls, text: str) -> "Selector":
        """Read `metric{label="value",other=~"a.*",third in ("b","c")}`. Raises InputError where it cannot."""
        whole = _SELECTOR.fullmatch(text)
        if whole is None:
            raise _unreadable(text, 'expected metric{label="value"}')
        return cls(whole[1], _matchers(whole[2] or "", text))


def _matchers(inside: str, text: str) -> tuple[Matcher, ...]:
    found, at = [], 0
    while inside[at:].strip():
        if listed := _LIST.match(inside, at):
            found.append(_one_of(listed))
            at = listed.end()
        elif one := _MATCHER.match(inside, at):
            found.append(_matcher(one, text))
            at = one.end()
        else:
            raise _unreadable(text, f"at {inside[at : at + 30]!r}")
    return tuple(found)


def _one_of(found: re.Match[str]) -> Matcher:
    """A list is the pattern that matches nothing but its members."""
    members = (re.sub(r"\\(.)", r"\1", text) for text in _TEXT.findall(found[2]))
    return Matcher(found[1], "=~", "|".join(re.escape(member) for member in members))


def _matcher(found: re.Match[str], text: str) -> Matcher:
    value = re.sub(r"\\(.)", r"\1", found[3]) if found[2] in {"=", "!="} else found[3]
    if found[2] in {"=~", "!~"}:
        try:
            re.compile(value)
        except re.error as error:
            raise _unreadable(text, f"pattern {value!r}: {error}") from error
        if len(value) > MAX_PATTERN:
            raise _unreadable(text, f"a pattern may have {MAX_PATTERN} characters")
    return Matcher(found[1], found[2], value)


def _unreadable(text: str, why: str) -> InputError:
    return InputError(
        f"not a selector: {text[:100]!r}",
        why=why,
        todo='Write for instance hw.power{host.name="a"}.',
    )
