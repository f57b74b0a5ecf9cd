"""What a verdict depends on, as one hash: two verdicts may be compared only where it is the same."""

import hashlib
import json

from judge import parse, prompt
from judge.parse import reply_schema
from judge.prompt import Task, answers_of, build_prompt, orders
from judge.rubric import Rubric

Setting = str | int | float | bool | None

_NONCE = "0" * 32
_TASK = "question", "answer", "reference", "context"


def grading_fields(rubric: Rubric) -> dict[str, Setting]:
    """What of a verdict is ours: the rubric's text, the prompt's wording, the reply's schema, how it is read."""
    return {
        "rubric": rubric.id,
        "rubric_sha256": rubric.sha256,
        "prompt_version": prompt.VERSION,
        "prompt_sha256": prompt_sha256(rubric),
        "schema_sha256": sha256(reply_schema(rubric)),
        "parser_version": parse.VERSION,
        "orders": ",".join(orders(rubric)),
    }


def config_sha256(rubric: Rubric, **settings: Setting) -> str:
    """With what the caller asks with: backend, model with its version, temperature, effort, and so on."""
    return sha256({**settings, **grading_fields(rubric)})


def prompt_sha256(rubric: Rubric) -> str:
    """Of the wording around a task, in every order that is asked."""
    question, answer, reference, context = _TASK
    task = Task(question, (answer,) * answers_of(rubric), reference, context)
    built = (build_prompt(rubric, task, lambda: _NONCE, order) for order in orders(rubric))
    return sha256([[each.system, each.user] for each in built])


def sha256(value: object) -> str:
    """Of a value's JSON with sorted keys. Raises ValueError for NaN, which is equal to nothing."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()
