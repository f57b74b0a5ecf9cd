"""Do the words of an answer stand in an order that people write? Without a model: only kinds of neighbours."""

import base64
import functools
import json
import re
import zlib
from importlib import resources

import numpy as np
from numpy.typing import NDArray

MOST_TOKENS = 250
LEAST_TOKENS = 12
_ENOUGH = 20
_LOWEST, _LOWEST_SHORT = -0.19, -0.35
_UNIT = 20
_SUFFIXES = ("ing", "ed", "ly", "ion", "s", "er", "al", "ent", "ous", "ive")
_TOKEN = re.compile(r"[A-Za-z]+(?:['\u2019][A-Za-z]+)?|\d+(?:[.,]\d+)*|[^\sA-Za-z0-9]")
_LEAST_ENGLISH = 0.15
"""Share of tokens that are common English words; a text below it is in another language, or is code."""


@functools.cache
def _table() -> tuple[dict[str, int], NDArray[np.int8]]:
    file = resources.files("judge").joinpath("tables", "word_order.json")
    read = json.loads(file.read_text(encoding="utf-8"))
    kinds = {kind: place for place, kind in enumerate(read["kinds"])}
    raw = zlib.decompress(base64.b64decode(read["table"]))
    return kinds, np.frombuffer(raw, np.int8).reshape(len(kinds), len(kinds))


@functools.lru_cache(maxsize=50_000)
def _kind(token: str) -> int:
    kinds, _ = _table()
    known = kinds.get(token)
    if known is not None:
        return known
    if token[0].isdigit():
        return kinds["#"]
    if not token[0].isalpha():
        return kinds["?p"]
    ends = (each for each in _SUFFIXES if len(token) > len(each) + 2 and token.endswith(each))
    suffix = next(ends, "")
    return kinds[f"~{suffix}"]


def order_score(text: str) -> tuple[float, int]:
    """How much likelier neighbours are than chance, on average (natural logarithm), and of how many tokens.

    About 0.5 for prose and below -0.3 for the same words shuffled. NaN for a text that is too short or not
    English.
    """
    tokens = _TOKEN.findall(text[: 8 * MOST_TOKENS])[:MOST_TOKENS]
    if len(tokens) < LEAST_TOKENS:
        return float("nan"), len(tokens)
    kinds, table = _table()
    places = np.array([_kind(token.lower()[:40]) for token in tokens])
    common = int((places < kinds["#"]).sum())  # common words come first in the table
    if common < _LEAST_ENGLISH * len(tokens):
        return float("nan"), len(tokens)
    return float(table[places[:-1], places[1:]].mean()) / _UNIT, len(tokens)


def is_shuffled(text: str) -> bool:
    score, tokens = order_score(text)
    return score < (_LOWEST if tokens >= _ENOUGH else _LOWEST_SHORT)
