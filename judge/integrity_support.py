"""Is an answer about its context, and are its numbers in it? By words alone, so a right paraphrase may miss."""

import re

LEAST_WORDS, ENOUGH_WORDS = 4, 8
LEAST_CONTEXT = 12
LEAST_SUPPORT, LEAST_SUPPORT_SHORT = 0.40, 0.30
_STEM = 5
_MOST = 40_000
_LONG = 4
_NO_LETTERS = str.maketrans(
    dict.fromkeys("0123456789!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~\n\t\r\u2019\u201c\u201d", " ")
)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_SMALL = 10
"""Whole numbers up to this are counted by people ("three reasons") and need no source."""


def support(text: str, context: str) -> tuple[float, int]:
    """The share of the answer's longer words whose beginnings are in the context, and how many words those are.

    NaN where answer or context holds too few of them.
    """
    words = [word[:_STEM] for word in _spaced(text).split() if len(word) >= _LONG]
    if len(words) < LEAST_WORDS or context.count(" ") < LEAST_CONTEXT:
        return float("nan"), len(words)
    known = _spaced(context)
    return sum(f" {word}" in known for word in words) / len(words), len(words)


def is_off_context(text: str, context: str) -> bool:
    """The answer is about something else than the material it was given: another request's, most likely."""
    share, words = support(text, context)
    return share < (LEAST_SUPPORT if words >= ENOUGH_WORDS else LEAST_SUPPORT_SHORT)


def unsupported_numbers(text: str, context: str) -> frozenset[str]:
    """Numbers of the answer that are not in `context`, which is all that it may have them from."""
    said = {_plain(found) for found in _NUMBER.findall(text[:_MOST])}
    asked = {number for number in said if not _is_small(number)}
    if not asked:
        return frozenset()
    return frozenset(asked - {_plain(found) for found in _NUMBER.findall(context[:_MOST])})


def _spaced(text: str) -> str:
    """Small letters, with one space in place of whatever is no letter."""
    return f" {text[:_MOST].lower()} ".translate(_NO_LETTERS)


def _plain(number: str) -> str:
    """1,234.50 and 1234.5 are the same number."""
    whole = number.replace(",", "")
    return whole.rstrip("0").rstrip(".") if "." in whole else whole.lstrip("0") or "0"


def _is_small(number: str) -> bool:
    return number.isdigit() and len(number) <= len(str(_SMALL)) and int(number) <= _SMALL
