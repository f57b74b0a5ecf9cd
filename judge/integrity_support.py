"""Is an answer about its context, and are its numbers in it? By words alone, so a right paraphrase may miss."""

import re

LEAST_WORDS, ENOUGH_WORDS = 4, 8
LEAST_CONTEXT = 8
LEAST_SUPPORT, LEAST_SUPPORT_SHORT = 0.40, 0.30
_STEM = 5
_MOST = 40_000
_WORD = re.compile(r"[^\W\d_]{4,}")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_SMALL = 10
"""Whole numbers up to this are counted by people ("three reasons") and need no source."""


def support(text: str, context: str) -> tuple[float, int]:
    """The share of the answer's longer words whose beginnings are in the context, and how many words those are.

    NaN where answer or context holds too few of them.
    """
    words = _stems(text)
    known = set(_stems(context))
    if len(words) < LEAST_WORDS or len(known) < LEAST_CONTEXT:
        return float("nan"), len(words)
    return sum(word in known for word in words) / len(words), len(words)


def is_off_context(text: str, context: str) -> bool:
    """The answer is about something else than the material it was given: another request's, most likely."""
    share, words = support(text, context)
    return share < (LEAST_SUPPORT if words >= ENOUGH_WORDS else LEAST_SUPPORT_SHORT)


def unsupported_numbers(text: str, context: str) -> frozenset[str]:
    """Numbers of the answer that are not in `context`, which is all that it may have them from."""
    known = {_plain(found) for found in _NUMBER.findall(context[:_MOST])}
    said = {_plain(found) for found in _NUMBER.findall(text[:_MOST])}
    return frozenset(number for number in said - known if not _is_small(number))


def _stems(text: str) -> list[str]:
    return [word[:_STEM] for word in _WORD.findall(text[:_MOST].lower())]


def _plain(number: str) -> str:
    """1,234.50 and 1234.5 are the same number."""
    whole = number.replace(",", "")
    return whole.rstrip("0").rstrip(".") if "." in whole else whole.lstrip("0") or "0"


def _is_small(number: str) -> bool:
    return number.isdigit() and len(number) <= len(str(_SMALL)) and int(number) <= _SMALL
