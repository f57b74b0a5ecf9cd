"""Texts from outside, made harmless: one line, no control characters, no more than so long."""

import re
import unicodedata

_SPACES = re.compile("^ |  | $")


def printable(line: str) -> str:
    """One line without control characters, which SQS refuses and mail mangles."""
    if line.isprintable():
        return " ".join(line.split()) if _SPACES.search(line) else line
    return " ".join("".join(sign if sign.isprintable() else " " for sign in line).split())


def cut(line: str, limit: int) -> str:
    """At most `limit` characters, and visibly so."""
    short = whole(line, limit)
    fits = len(short) <= limit and len(line) <= _looked_at(limit)
    return short if fits else f"{short[: limit - 3].rstrip()}..."


def whole(line: str, limit: int) -> str:
    """As printable, of a text that may be endless: what lies far beyond `limit` is not looked at."""
    return printable(line[: _looked_at(limit)])


def _looked_at(limit: int) -> int:
    """White space may vanish, so that a longer text still fits."""
    return 4 * limit + 100


def ascii_line(line: str) -> str:
    """Accents go, signs without an ASCII form become a question mark, white space becomes one space."""
    plain = unicodedata.normalize("NFKD", line.replace("°", "deg ").replace("µ", "u"))
    kept = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return printable(kept.encode("ascii", "replace").decode())


def chat(line: str) -> str:
    """As Slack and Amazon Q Developer show it: nothing in it mentions a channel, links, or ends a code span."""
    escaped = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return escaped.replace("`", "'")
