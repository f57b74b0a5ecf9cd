"""Texts from outside, made harmless: one line, no control characters, no more than so long."""

import unicodedata


def printable(line: str) -> str:
    """One line without control characters, which SQS refuses and mail mangles."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in line).split())


def cut(line: str, limit: int) -> str:
    """At most `limit` characters, and visibly so."""
    short = printable(line)
    return short if len(short) <= limit else f"{short[: limit - 3].rstrip()}..."


def ascii_line(line: str) -> str:
    """Accents go, signs without an ASCII form become a question mark, white space becomes one space."""
    plain = unicodedata.normalize("NFKD", line.replace("°", "deg ").replace("µ", "u"))
    kept = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return printable(kept.encode("ascii", "replace").decode())


def chat(line: str) -> str:
    """As Slack and Amazon Q Developer show it: nothing in it mentions a channel, links, or ends a code span."""
    escaped = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return escaped.replace("`", "'")
