"""Does an answer stop in the middle? A guess from its ending, for servers that do not say why they stopped."""

import re

_ENDED = re.compile(r"[.!?\u2026;)\]}>\"'\u201d\u2019\u00bb`*_|~\u3002\uff01\uff1f=$%#\d-]\s*\Z")
_OPEN_WORD = re.compile(
    r"(?:,|\b(?:a|an|the|and|or|but|of|to|in|on|at|by|for|with|from|as|is|are|was|were|be|been|that|"
    r"which|who|this|these|its|their|his|her|your|my|our|not|than|into|if|because|can|will|would|has|"
    r"have|had))\s*\Z",
    re.IGNORECASE,
)
LEAST_WORDS = 9

_STOPPED = re.compile(r"[.,!?\u2026:;)\]}\"'\u201d\u2019\u3002]\s*\Z")
_BROKEN_WORD = re.compile(r"[^\W\d_]-\s*\Z")
_HASHTAG = re.compile(r"#\w+\s*\Z")
_ASKS_FOR_MORE = re.compile(r":\s*\Z")


def ends_cut(text: str) -> bool:
    """An open code block, a word that wants another, or a last line without the stop that others have.

    In verse, code and lists without stops an open end is the rule, and says nothing.
    """
    if text.count("```") % 2:
        return True
    ending = text[-40:]
    if any(each.search(ending) for each in (_OPEN_WORD, _BROKEN_WORD, _ASKS_FOR_MORE)):
        return True
    if _ENDED.search(ending) or _HASHTAG.search(ending):
        return False
    *before, last = [line for line in text.rstrip().split("\n") if line.strip()] or [""]
    stopped = sum(bool(_STOPPED.search(line[-10:])) for line in before)
    if len(last.split()) >= LEAST_WORDS:
        return 2 * stopped >= len(before)
    return bool(before) and stopped == len(before)
