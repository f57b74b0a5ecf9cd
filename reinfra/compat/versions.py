"""Versions as numbers, as far as they are numbers."""

import re

Numbers = tuple[int, ...]

_LEADING = re.compile(r"v?(\d+(?:\.\d+)*)")
_MOST_DIGITS = 18


def numbers(text: str) -> Numbers:
    """(2, 9, 1) for 2.9.1+cu128; empty for what is no version."""
    found = _LEADING.match(text.strip())
    parts = found[1].split(".") if found else []
    return tuple(int(part) for part in parts) if all(len(p) <= _MOST_DIGITS for p in parts) else ()


def at_least(version: Numbers, least: Numbers) -> bool:
    """1.2 is at least 1.2.0: what is not written is 0."""
    length = max(len(version), len(least))
    return _filled(version, length) >= _filled(least, length)


def same(version: Numbers, other: Numbers) -> bool:
    return at_least(version, other) and at_least(other, version)


def short(version: Numbers, parts: int = 2) -> str:
    """12.8 for (12, 8, 90)."""
    return ".".join(map(str, version[:parts]))


def _filled(version: Numbers, length: int) -> Numbers:
    return version + (0,) * (length - len(version))
