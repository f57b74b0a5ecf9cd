"""Does a text speak to its judge? A flag beside the verdict, in a series of its own.

Nothing is dropped for it: an answer about prompt injection looks like one, and dropping what is flagged would
let anyone take an answer out of the count. What keeps a text from grading itself are the fences of the prompt and
the schema of the reply; this only says who tried.
"""

import enum
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

LONGEST = 40_000
"""Characters that are looked at; a longer text is looked at in its beginning and its end."""


class Attempt(enum.StrEnum):
    FENCE = "fence"
    """Something like the prompt's own tags, or a chat template's."""
    VERDICT = "verdict"
    """A reply as a judge would give it."""
    ORDER = "order"
    """An instruction to whoever grades."""
    HIDDEN = "hidden"
    """Letters that nobody sees, or a text written so that only a machine reads it."""


@dataclass(frozen=True, slots=True)
class Screened:
    attempts: frozenset[Attempt]

    @property
    def flagged(self) -> bool:
        return bool(self.attempts)


_PATTERNS = {
    Attempt.FENCE: (
        r"<\s*/?\s*\\?\s*material\b",
        r"&lt;\s*/?\s*material\b",
        r"<\|[a-z_]{2,20}\|>",
        r"\[/?(inst|system|sys)\]|<<sys>>|</?s>\s*\[inst",
        r"^\s{0,4}(system|assistant)\s*(prompt|message)?\s*:\s*\S[^\n]*\b(grade|score|rating|verdict|rubric|judge)",
        r"</?(answer|rubric|system|instructions?|evaluation|grading)\s*>",
        r"\blairetam/<",
    ),
    Attempt.VERDICT: (
        (
            r"[\"']?(verdict|final[_ ]?(score|grade|verdict)|overall[_ ]?(score|grade))[\"']?\s*[:=]\s*[\"'\[]?"
            r"(correct|incorrect|first|second|tie|pass|good|yes|[0-9a-e](\.\d+)?\b)"
        ),
        r"\[\[\s*([abc]|\d{1,2})\s*\]\]",
        r"\{\s*\"(reason|score|rating|grade)\"\s*:",
        r"\b(score|rating|grade)\s*[:=]\s*(10|5|100)\s*/\s*(10|5|100)\b",
    ),
    Attempt.ORDER: (
        (
            r"\b(ignore|disregard|forget|override|bypass)\b.{0,30}\b(previous|prior|above|earlier|all|your|the|any)\b"
            r".{0,30}\b(instructions?|rules?|rubrics?|prompts?|guidelines?|criteria|directions?)\b"
        ),
        (
            r"\b(rubric|grading criteria|scoring rules?)\b.{0,40}\b(has|have|is|are|was|were)\b.{0,15}\b(changed|"
            r"updated|replaced|void|suspended|not apply)"
        ),
        (
            r"\b(give|assign|award|grade|rate|score|mark|judge|evaluate|label|reply|respond|output|return)\b"
            r"(?=.{0,30}\b(this|it|me|my|the)\b).{0,70}\b(full (marks|score)|perfect (score|grade|marks)|"
            r"(top|highest|maximum|max|best) (possible )?(score|grade|rating|marks|points)|as (correct|the best)|"
            r"(10|5)\s*(/|out of)\s*(10|5))"
        ),
        (
            r"\b(dear|attention|note (to|for)|hey|hello|message (to|for))\b.{0,12}\b(judge|grader|evaluator|"
            r"assessor|examiner|grading model|llm|ai reviewer)\b"
        ),
        r"\byou (are|act as) (now|no longer)\b.{0,40}\b(judge|grader|evaluator|assistant|ai|dan)\b",
        r"\b(as|you are) (the|a|an) (judge|grader|evaluator)\b.{0,40}\byou (must|should|will|have to)\b",
        (
            r"\b(reply|respond|answer|output) (only )?(with|that) (this (answer )?is correct|\"?correct\"?|"
            r"the verdict|\{)"
        ),
    ),
}
_COMPILED = {
    kind: re.compile("|".join(f"(?:{one})" for one in patterns), re.IGNORECASE | re.MULTILINE)
    for kind, patterns in _PATTERNS.items()
}
_HINTS = {
    Attempt.FENCE: ("<", "[", "&lt;", "system", "assistant"),
    Attempt.VERDICT: ("verdict", "score", "grade", "[[", "rating", "reason"),
    Attempt.ORDER: (
        *("instruction", "rule", "rubric", "prompt", "guideline", "criteria", "direction", "judge"),
        *("grad", "scor", "mark", "points", "rating", "evaluat", "assess", "examiner", "llm"),
        *(
            "reviewer",
            "verdict",
            "correct",
            "best",
            "/10",
            "/5",
            "out of",
            "you are",
            "act as",
            "{",
        ),
    ),
}
"""Words without one of which no pattern of the kind can match; most texts hold none, and are done with."""

_UNSEEN = re.compile(
    "[\u00ad\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]"
)
_TAGS = re.compile("[\U000e0000-\U000e007f]")
_LEAST_UNSEEN = 3
_BASE64 = re.compile(r"(?<![A-Za-z0-9+/=])[A-Za-z0-9+/]{60,}={0,2}(?![A-Za-z0-9+/=])")
_LEET = str.maketrans("013457@$", "oieastas")


def screen(text: str) -> Screened:
    """Looks the same for every rubric; the kinds it found, none of which says that an attack would work."""
    looked = text if len(text) <= LONGEST else text[: LONGEST // 2] + text[-LONGEST // 2 :]
    plain = _plain(looked)
    found = {kind for kind in _COMPILED if _speaks(plain, kind)}
    if _hidden(looked):
        found.add(Attempt.HIDDEN)
    if _speaks(plain.translate(_LEET), Attempt.ORDER):
        found.add(Attempt.ORDER)
    return Screened(frozenset(found))


def _speaks(text: str, kind: Attempt) -> bool:
    lowered = text.lower()
    hinted = any(hint in lowered for hint in _HINTS[kind])
    return hinted and bool(_COMPILED[kind].search(text))


def flagged_share(screened: Iterable[Screened]) -> float:
    """NaN where nothing was screened."""
    flags = [one.flagged for one in screened]
    return sum(flags) / len(flags) if flags else float("nan")


def _plain(text: str) -> str:
    """As a reader would take it: wide and small forms as usual ones, invisible letters gone."""
    if text.isascii():
        return text
    return _UNSEEN.sub("", unicodedata.normalize("NFKC", text))


def _hidden(text: str) -> bool:
    if not text.isascii():
        if _TAGS.search(text) or len(_UNSEEN.findall(text)) >= _LEAST_UNSEEN:
            return True
        if _UNSEEN.search(text) and _COMPILED[Attempt.FENCE].search(_plain(text)):
            return True
    return any(_readable(found[0]) for found in _BASE64.finditer(text))


def _readable(encoded: str) -> bool:
    """Base64 of a sentence; keys, hashes and pictures decode to anything but words."""
    import base64

    whole = encoded[: len(encoded) // 4 * 4]
    try:
        decoded = base64.b64decode(whole, validate=True).decode("ascii")
    except ValueError:
        return False
    return decoded.isprintable() and decoded.count(" ") > len(decoded) / 12
