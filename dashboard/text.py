"""Text that came from outside: labels, titles, answers. Nothing in it may act as markup."""

import re
import unicodedata

_MARKUP = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:&@^=])")
_ADDRESS = re.compile(r"(?<=:)(?=//)|(?<=www)(?=\.)|(?=@)", re.IGNORECASE)
_JOINED = "\u2060"
_FORMULA = ("=", "+", "-", "@")
_MOST = 300


def plain(given: str, most: int = _MOST) -> str:
    """One line with control and direction-changing characters removed, at most `most` characters."""
    line = " ".join("".join(c if _shown(c) else " " for c in given).split())
    return line if len(line) <= most else line[: most - 1] + "…"


def markdown(given: str, most: int = _MOST) -> str:
    """`plain`, with everything escaped that Streamlit's markdown would read as markup, maths or an icon.

    Addresses become links whatever is escaped, so an invisible word joiner breaks them.
    """
    return _MARKUP.sub(r"\\\1", _ADDRESS.sub(_JOINED, plain(given, most)))


def cell(given: str, most: int = _MOST) -> str:
    """`plain`, safe in a table that is exported as CSV: a spreadsheet must not run it as a formula."""
    line = plain(given, most)
    return f"'{line}" if line.startswith(_FORMULA) else line


def _shown(character: str) -> bool:
    return unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
