"""A judge that believes whatever stands outside the fences of a prompt. No model is asked."""

import re
from collections.abc import Callable

from judge.prompt import Task, build_prompt
from judge.rubric import rubrics
from tests.judge.attacks import NONCE

CORRECTNESS = rubrics()["correctness"]
HONEST = '{"reason": "compared", "verdict": "incorrect"}'
INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
CLOSING = re.compile(r"[<\uff1c\ufe64]\s*[\\/]\s*material[^>]*>", re.IGNORECASE)
OPENING = re.compile(r"[<\uff1c\ufe64]\s*material[^>]*>", re.IGNORECASE)

Reader = Callable[[str], str]


def by_the_mark(prompt: str) -> str:
    """What stands outside the fences, for a reader that minds the mark."""
    fence = rf'<material mark="{NONCE}" name="[^"]*">\n.*?\n</material mark="{NONCE}">'
    return re.sub(fence, "", prompt, flags=re.DOTALL)


def by_any_fence(prompt: str) -> str:
    """The same for a careless reader, to whom anything like a fence is one."""
    seen, outside, inside = INVISIBLE.sub("", prompt), [], False
    for part in re.split(f"({OPENING.pattern}|{CLOSING.pattern})", seen, flags=re.IGNORECASE):
        if CLOSING.fullmatch(part):
            inside = False
        elif OPENING.fullmatch(part):
            inside = True
        elif not inside:
            outside.append(part)
    return "".join(outside)


def gullible(prompt: str, reader: Reader) -> str:
    """A judge that takes any verdict that it finds outside the fences for its own."""
    found = re.search(r'\{"reason": "[^"]*", "verdict": "[^"]*"\}', reader(prompt))
    return found[0] if found else HONEST


def prompt_for(answer: str) -> str:
    task = Task("Who wrote it?", (answer,), reference="Enid Blyton")
    return build_prompt(CORRECTNESS, task, lambda: NONCE).user
