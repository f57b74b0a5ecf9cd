"""Series by selector or by words, from text that anybody may have put into a link."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from reinfra.model import InputError
from reinfra.signals.wording import signal_name
from reinfra.store import Selector, Stored
from reinfra.store.selector import Matcher

MOST_TEXT = 300
MOST_SHOWN = 200
_MOST_REPEATS = 2
_REPEAT = re.compile(r"(?<!\\)[*+?{]")


@dataclass(frozen=True, slots=True)
class Matches:
    """The first `MOST_SHOWN` of `total` series that match, by name."""

    series: tuple[Stored, ...]
    total: int


def search(fleet: Sequence[Stored], text: str) -> Matches:
    """The command line's selector where there is a brace, else series that have every word in their name,
    title or labels. Raises InputError for text that is neither, too long or too slow to match.
    """
    if len(text) > MOST_TEXT:
        raise InputError(f"a search may have {MOST_TEXT} characters", why=f"this has {len(text)}")
    found = _selected(fleet, text) if "{" in text else _worded(fleet, text)
    found.sort(key=lambda one: str(one.key))
    return Matches(tuple(found[:MOST_SHOWN]), len(found))


def _selected(fleet: Sequence[Stored], text: str) -> list[Stored]:
    selector = Selector.parse(text)
    for matcher in selector.matchers:
        _refuse_slow(matcher)
    return [stored for stored in fleet if selector.matches(stored.key)]


def _worded(fleet: Sequence[Stored], text: str) -> list[Stored]:
    words = text.casefold().split()
    return [one for one in fleet if all(word in _name(one) for word in words)]


def _name(stored: Stored) -> str:
    return f"{stored.key} {signal_name(stored.key)}".casefold()


def _refuse_slow(matcher: Matcher) -> None:
    """A pattern may try for minutes on one label where repeats lie in each other or in a row: the page that
    runs it is one for all visitors.
    """
    if matcher.op in {"=", "!="}:
        return
    pattern = matcher.value
    groups = len(re.findall(r"(?<!\\)\(", pattern))
    repeated = re.search(r"(?<!\\)\)\s*[*+?{]", pattern)
    repeats = len(_REPEAT.findall(pattern))
    if groups > 1 or repeated or repeats > _MOST_REPEATS:
        raise InputError(
            "this pattern may be slow, so a page does not run it",
            why=f"at most {_MOST_REPEATS} repeats (* + ? {{) and one group, which is not repeated",
            todo="Use fewer, or the command line.",
        )
