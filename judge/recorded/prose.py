"""A score from 1 to 5 out of a judge's prose, as judges wrote before they could be held to a schema.

For recorded replies only. A live judge is held to JSON (`judge.parse`), because prose can carry a grade that
the graded text has put there.
"""

import re

from judge.parse import LONGEST_REPLY, Reply
from reinfra.model import VerdictStatus

_WORDS = {"one": 1.0, "two": 2.0, "three": 3.0, "four": 4.0, "five": 5.0}
_NUMBER = rf"(?P<n>\d{{1,3}}(?:\.\d{{1,3}})?(?!\d|[.,]\d|\s*%)|\b(?:{'|'.join(_WORDS)})\b)"
_GAP = r"[^.\d\n]{0,40}?"
_WAYS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b(?:final|overall|total)\s+(?:score|rating|grade)\b{_GAP}{_NUMBER}",
        rf"\b(?:scor(?:e|ed|es|ing)|rat(?:e|ed|es|ing)|grad(?:e|ed|es|ing)|rank(?:ed|s|ing)?)\b{_GAP}{_NUMBER}",
        rf"{_NUMBER}\s*(?:out of|/|of)\s*(?:5(?:\.0)?|five)\b",
        (
            rf"\b(?:giv(?:e|es|en|ing)|award(?:s|ed|ing)?|earn(?:s|ed|ing)?|receiv(?:e|es|ed|ing)|deserv(?:e|es|ed|ing)|"
            rf"get(?:s|ting)?|assign(?:s|ed|ing)?|merit(?:s|ed|ing)?)\b{_GAP}{_NUMBER}"
        ),
        rf"[.!?:(\-=]\s*{_NUMBER}\s*[.)]?\s*\Z",
        rf"\A\s*{_NUMBER}\s*[.:)]?(?:\s|\Z)",
        rf"\b(?:is|as|of|at|a)\s+(?:an?\s+)?{_NUMBER}\s*[.!]?\s*\Z",
    )
)
"""The plainest way of saying it first; within one way the last time counts, and the first way that is used.

"He has scored 15 goals" is passed over, but a final score that is off the scale ends the search.
"""

_FINAL = _WAYS[0]


def read_score(text: str, least: float = 1.0, most: float = 5.0) -> Reply:
    """`score` is 0 to 1 over the scale from `least` to `most`. Never raises.

    No number, or one off the scale, is UNPARSED and never a low score.
    """
    if len(text) > LONGEST_REPLY:
        return Reply(VerdictStatus.UNPARSED, why=f"longer than {LONGEST_REPLY} characters")
    off_scale = ""
    for way in _WAYS:
        said = [_number(found["n"]) for found in way.finditer(text)]
        fitting = [number for number in said if least <= number <= most]
        if fitting and not (way is _FINAL and len(fitting) < len(said)):
            score = (fitting[-1] - least) / (most - least)
            return Reply(VerdictStatus.OK, score, f"{fitting[-1]:g}", text)
        if said:
            off_scale = f"{said[-1]:g} is not on the scale from {least:g} to {most:g}"
            if way is _FINAL:
                break
    return Reply(VerdictStatus.UNPARSED, why=off_scale or "no score is said")


def _number(said: str) -> float:
    return _WORDS.get(said.lower()) or float(said)
