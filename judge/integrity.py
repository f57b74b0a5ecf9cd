"""Output integrity: is the answer whole? Not a quality score.

An answer can be whole and wrong, and no judgement of its content is made here. What is found are the
marks of broken serving: nothing, a refusal, a loop, a cut, broken characters. They are found without a
model, from the answer alone, so a source without credentials or labels still has a signal.
"""

import enum
import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

NAME = "output integrity"
NOTE = "not a quality score"


class Flaw(enum.StrEnum):
    EMPTY = "empty"
    REFUSAL = "refusal"
    LOOP = "loop"
    TRUNCATED = "truncated"
    MOJIBAKE = "mojibake"


@dataclass(frozen=True, slots=True)
class Integrity:
    """What is wrong with one answer; no flaw says only that none of these was found."""

    flaws: frozenset[Flaw]

    @property
    def whole(self) -> bool:
        return not self.flaws


@dataclass(frozen=True, slots=True)
class IntegrityCount:
    """Of `checked` answers, how many were whole and how many had each flaw; one answer may have several."""

    checked: int
    whole: int
    flaws: dict[Flaw, int]


CUT_BY_LIMIT = frozenset({"length", "max_tokens", "model_context_window_exceeded"})
"""Finish reasons that say the answer was cut: OpenAI's "length", Bedrock Converse's two."""


def check_output(text: str, finish_reason: str = "") -> Integrity:
    """`finish_reason` as the server gave it, "" when unknown: a cut is then guessed from the ending."""
    if not text.strip():
        return Integrity(frozenset({Flaw.EMPTY}))
    found = {
        Flaw.REFUSAL: is_refusal(text),
        Flaw.LOOP: is_loop(text),
        Flaw.TRUNCATED: finish_reason in CUT_BY_LIMIT or (not finish_reason and ends_cut(text)),
        Flaw.MOJIBAKE: is_mojibake(text),
    }
    return Integrity(frozenset(flaw for flaw, there in found.items() if there))


def count_flaws(checks: Iterable[Integrity]) -> IntegrityCount:
    checked = list(checks)
    flaws = {flaw: sum(flaw in each.flaws for each in checked) for flaw in Flaw}
    return IntegrityCount(len(checked), sum(each.whole for each in checked), flaws)


_REFUSAL = re.compile(
    r"^\W*(i[\u2019' ]?a?m sorry|sorry|i apologi[sz]e|unfortunately|as an ai\b[^.]{0,60}|"
    r"i (can(no|\u2019|')?t|am (unable|not able)|won[\u2019']t|must decline))"
    r"[^.!?]{0,80}?\b(can(no|\u2019|')?t|unable|not able|won[\u2019']t|decline|don[\u2019']t|not)\b"
    r"|^\W*i (cannot|can[\u2019']t|am unable to|am not able to|won[\u2019']t|must decline to)\b",
    re.IGNORECASE,
)
_HELPS_AFTER_ALL = re.compile(
    r"\b(however|nevertheless|but (here|in |generally|there|they|you can)|here (is|are))\b"
    r"|\bbut i (can|could)\b(?![\u2019' ]?(t|not)\b)"
    r"|\bi can (offer|provide|suggest|help|give|describe)\b",
    re.IGNORECASE,
)


def is_refusal(text: str) -> bool:
    """The answer opens by declining, and does not go on to help after all.

    One that declines later, after an answer, is left to the judge.
    """
    return bool(_REFUSAL.match(text[:240])) and not _HELPS_AFTER_ALL.search(text[:400])


LEAST_REPEATED = 60
"""Characters of one repetition's run before it is called a loop; a short refrain is no fault."""

LONGEST_PERIOD, TIMES = 200, 4
DENSEST = 6.0
MOST_REPEATED = 0.5


def is_loop(text: str) -> bool:
    """The same words over and over: at the end, as a model that cannot stop writes them, or throughout."""
    return (
        _repeats_at_end(text.rstrip())
        or compression(text) > DENSEST
        or _repeated_share(text.split()) > MOST_REPEATED
    )


def _repeats_at_end(text: str) -> bool:
    """A ruled line or an empty table repeats too, but people write those: some letter must be in it."""
    for period in range(1, min(LONGEST_PERIOD, len(text) // TIMES) + 1):
        run = max(TIMES * period, LEAST_REPEATED)
        if len(text) >= run and text[period - run :] == text[-run:-period]:
            return any(letter.isalnum() for letter in text[-period:])
    return False


def compression(text: str) -> float:
    """How many times smaller deflate makes the text; prose is 1 to 3, a loop far above. 1 for short ones."""
    raw = text.encode("utf-8", "surrogatepass")
    return len(raw) / len(zlib.compress(raw, 1)) if len(raw) >= 4 * LEAST_REPEATED else 1.0


def _repeated_share(words: list[str], size: int = 6) -> float:
    """The share of word six-grams that have occurred before."""
    count = len(words) - size + 1
    if count < 2 * size:
        return 0.0
    grams = {tuple(words[start : start + size]) for start in range(count)}
    return 1 - len(grams) / count


_ENDED = re.compile(r"[.!?\u2026:;)\]}>\"'\u201d\u2019\u00bb`*_|~\u3002\uff01\uff1f=$%#\d-]\s*\Z")
_OPEN_WORD = re.compile(
    r"(?:,|\b(?:a|an|the|and|or|but|of|to|in|on|at|by|for|with|from|as|is|are|was|were|be|been|that|"
    r"which|who|this|these|its|their|his|her|your|my|our|not|than|into|if|because|can|will|would|has|"
    r"have|had))\s*\Z",
    re.IGNORECASE,
)
LEAST_WORDS = 9


def ends_cut(text: str) -> bool:
    """A guess from the ending alone: an open code block, a word that wants another, prose without a stop."""
    if text.count("```") % 2:
        return True
    if _OPEN_WORD.search(text[-40:]):
        return True
    last = text.rstrip().rsplit("\n", 1)[-1]
    return len(last.split()) >= LEAST_WORDS and not _ENDED.search(text[-40:])


_BROKEN = re.compile(
    r"\ufffd|\u00c3[\u0080-\u00bf]|\u00c2[\u0080-\u00bf]|\u00e2\u20ac[\u0080-\u2fff]?|"
    r"\u00e2\u0080[\u0080-\u00bf]|[\u00d0\u00d1][\u0080-\u00bf]|[\x00-\x08\x0e-\x1f\x7f]"
)
ENOUGH_BROKEN, SHORT = 2, 200


def is_mojibake(text: str) -> bool:
    """UTF-8 read as Latin-1 or Windows-1252, replacement characters, or control characters.

    One alone may have been quoted, except in a text of less than SHORT characters.
    """
    if text.isascii() and text.isprintable():
        return False
    broken = sum(1 for _ in _BROKEN.finditer(text))
    return broken >= ENOUGH_BROKEN or (broken == 1 and len(text) < SHORT)
