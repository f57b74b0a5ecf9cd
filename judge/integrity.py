"""Output integrity: is the answer whole? Not a quality score.

An answer can be whole and wrong, and no judgement of its content is made here. What is found are the
marks of broken serving: nothing, a refusal, a loop, a cut, shuffled words, broken characters, another
request's answer. They are found without a model, so a source without credentials or labels still has a signal.
"""

import enum
import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

from judge.integrity_endings import ends_cut
from judge.integrity_order import is_shuffled
from judge.integrity_support import is_off_context, unsupported_numbers

NAME = "output integrity"
NOTE = "not a quality score"


class Flaw(enum.StrEnum):
    EMPTY = "empty"
    REFUSAL = "refusal"
    LOOP = "loop"
    TRUNCATED = "truncated"
    MOJIBAKE = "mojibake"
    SHUFFLED = "shuffled"
    OFF_CONTEXT = "off_context"
    """About something else than the context that came with the question."""
    UNSUPPORTED_NUMBER = "unsupported_number"
    """Some number is neither in the context nor in the question: worth a look, and no fault of serving."""


MARKS = frozenset({Flaw.UNSUPPORTED_NUMBER})
"""What an answer may have and still be whole: one in ten right answers has computed or rounded a number."""


@dataclass(frozen=True, slots=True)
class Integrity:
    """What is wrong with one answer; no flaw says only that none of these was found.

    `grounded` says that there was a context to hold the answer to.
    """

    flaws: frozenset[Flaw]
    grounded: bool = False

    @property
    def whole(self) -> bool:
        return not self.flaws - MARKS


@dataclass(frozen=True, slots=True)
class IntegrityCount:
    """Of `checked` answers, how many were whole and how many had each flaw; one answer may have several.

    `grounded` of them came with a context; the others could not have the flaws that need one.
    """

    checked: int
    grounded: int
    whole: int
    flaws: dict[Flaw, int]


LONGEST = 40_000
"""Characters that are looked at; a longer text is looked at in its beginning and its end."""

CUT_BY_LIMIT = frozenset({"length", "max_tokens", "model_context_window_exceeded"})
"""Finish reasons that say the answer was cut: OpenAI's "length", Bedrock Converse's two."""


def check_output(
    text: str, finish_reason: str = "", context: str = "", question: str = ""
) -> Integrity:
    """`finish_reason` as the server gave it, "" when unknown: a cut is then guessed from the ending.

    `context` is what the answer had to be drawn from, "" where it may be drawn from anything.
    """
    grounded = bool(context.strip())
    if not text.strip():
        return Integrity(frozenset({Flaw.EMPTY}), grounded)
    looked = text if len(text) <= LONGEST else text[: LONGEST // 2] + text[-LONGEST // 2 :]
    refused = is_refusal(looked)
    found = {
        Flaw.REFUSAL: refused,
        Flaw.LOOP: is_loop(looked),
        Flaw.TRUNCATED: finish_reason in CUT_BY_LIMIT or (not finish_reason and ends_cut(looked)),
        Flaw.MOJIBAKE: is_mojibake(looked),
        Flaw.SHUFFLED: is_shuffled(looked),
    }
    if grounded and not refused:
        found[Flaw.OFF_CONTEXT] = is_off_context(looked, context)
        found[Flaw.UNSUPPORTED_NUMBER] = bool(unsupported_numbers(looked, f"{context} {question}"))
    return Integrity(frozenset(flaw for flaw, there in found.items() if there), grounded)


def count_flaws(checks: Iterable[Integrity]) -> IntegrityCount:
    checked = list(checks)
    flaws = {flaw: sum(flaw in each.flaws for each in checked) for flaw in Flaw}
    grounded = sum(each.grounded for each in checked)
    return IntegrityCount(len(checked), grounded, sum(each.whole for each in checked), flaws)


_REFUSAL = re.compile(
    r"^\W*(i[\u2019' ]?a?m sorry|sorry|i apologi[sz]e|unfortunately|as an ai\b[^.]{0,60}|"
    r"i (can(no|\u2019|')?t|am (unable|not able)|won[\u2019']t|must decline))"
    r"[^.!?]{0,80}?\b(can(no|\u2019|')?t|unable|not able|won[\u2019']t|decline|don[\u2019']t|not)\b"
    r"|^\W*i (cannot|can[\u2019']t|won[\u2019']t|must decline to)\b"
    r"|^\W*i( a|[\u2019'])m (unable|not able) to\b",
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
        if text[-1] != text[-1 - period] or text[-2] != text[-2 - period]:
            continue  # most periods end here, before anything is copied
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
