"""Answers broken as a fault of serving breaks them."""

import random
from collections.abc import Callable

Break = Callable[[str, random.Random], str]
LEAST_WORDS = 15

REFUSALS = (
    "I'm sorry, but I can't help with that request.",
    "I cannot assist with that.",
    "As an AI language model, I am unable to provide a summary of this text.",
    "I apologize, but I'm not able to fulfil this request.",
    "I'm unable to answer this question based on the information provided.",
    "Unfortunately, I cannot complete this task.",
)


def loop(text: str, dice: random.Random) -> str:
    words = text.split()
    size = dice.randint(4, 12)
    start = dice.randrange(len(words) - size)
    return " ".join(words[:start] + words[start : start + size] * dice.randint(6, 12))


def shuffle(text: str, dice: random.Random) -> str:
    words = text.split()
    dice.shuffle(words)
    return " ".join(words)


def truncation(text: str, dice: random.Random) -> str:
    return text[: int(len(text) * dice.uniform(0.3, 0.8))]


def mojibake(text: str, _: random.Random) -> str:
    """UTF-8 read as Latin-1, in a text with typographic quotes and some accents."""
    typeset = text.replace("'", "\u2019").replace('"', "\u201d").replace("e", "\u00e9", 3)
    return typeset.encode().decode("latin-1")


def refusal(_: str, dice: random.Random) -> str:
    return dice.choice(REFUSALS)


def empty(_: str, dice: random.Random) -> str:
    return dice.choice(("", " ", "\n\n"))


BREAKS: dict[str, Break] = {
    "loop": loop,
    "shuffle": shuffle,
    "truncation": truncation,
    "mojibake": mojibake,
    "refusal": refusal,
    "empty": empty,
}
