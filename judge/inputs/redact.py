"""Personal data out of texts before they are judged or kept.

The built-in one takes e-mail addresses, card numbers that pass Luhn's check (ISO/IEC 7812-1) and phone numbers
that are written internationally or in groups. It knows no names, addresses, or numbers of passports: for those,
and for other languages' habits, name a function of your own, such as one that asks Microsoft's Presidio.
"""

import importlib
import re
from collections.abc import Callable
from dataclasses import replace

from judge.inputs.given import Given
from judge.prompt import Task
from reinfra.model import InputError

Redact = Callable[[str], str]

_EMAIL = re.compile(r"[\w.%+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}")
_CARD = re.compile(r"(?<![\d.])\d(?:[ -]?\d){12,18}(?![\d.]?\d)")
_PHONE = re.compile(
    r"(?<![\w.+])(?:\+\d{1,3}[ .-]?(?:\(\d{1,4}\)[ .-]?)?\d{1,4}(?:[ .-]?\d{2,4}){1,4}"
    r"|\(\d{3}\) ?\d{3}[ .-]\d{4}|\d{3}[.-]\d{3}[.-]\d{4})(?![\w])"
)


def simple(text: str) -> str:
    """`text` with [email], [card] and [phone] in place of what looks like one."""
    text = _EMAIL.sub("[email]", text)
    text = _CARD.sub(lambda found: "[card]" if _luhn(found[0]) else found[0], text)
    return _PHONE.sub("[phone]", text)


def _luhn(number: str) -> bool:
    digits = [int(each) for each in reversed(number) if each.isdigit()]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def redaction(name: str) -> Redact | None:
    """None for "", `simple`, or the function "module:name". Raises InputError for one that is not there."""
    if name in {"", "simple"}:
        return simple if name else None
    module, _, function = name.partition(":")
    try:
        found = getattr(importlib.import_module(module), function)
    except (ImportError, AttributeError, ValueError) as error:
        todo = 'Write "simple", or "module:function" of one that takes a text and returns one.'
        raise InputError(
            f"no function {name!r}", where="judge.redact", why=str(error), todo=todo
        ) from error
    if not callable(found):
        raise InputError(f"{name!r} is no function", where="judge.redact")
    redact: Redact = found
    return redact


def redacted(given: Given, redact: Redact | None) -> Given:
    """The answer with every text redacted; raises InputError where a function of your own returns no text."""
    if redact is None:
        return given
    task = given.task
    texts = [redact(text) for text in (task.question, task.reference, task.context, *task.answers)]
    if not all(isinstance(text, str) for text in texts):
        raise InputError("the redaction returned no text", where="judge.redact")
    question, reference, context, *answers = texts
    return replace(given, task=Task(question, tuple(answers), reference, context))
