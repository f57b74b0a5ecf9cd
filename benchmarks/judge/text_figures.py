"""Figures 6, 8 and 9: replies that were recorded, texts that speak to their judge, answers that are not whole."""

import random
import time
from collections.abc import Iterator

from benchmarks.judge.broken import BREAKS, LEAST_WORDS
from benchmarks.judge.data import found
from benchmarks.judge.figures import Row, absent
from benchmarks.judge.texts import Text, texts
from judge.injection import flagged_share, screen
from judge.integrity import check_output
from judge.parse import parse_reply
from judge.recorded.prose import read_score
from judge.rubric import rubrics
from tests.judge.attacks import ATTACKS
from tests.judge.gullible import HONEST, by_any_fence, by_the_mark, gullible, prompt_for

SEED = 5
MOST_UNPARSED, MOST_FLAGGED = 0.02, 0.01
LEAST_RECALL, MOST_FALSE, LEAST_SPEED = 0.9, 0.05, 800


def replies() -> Iterator[Row]:
    """Exceptions would end the run, so that a table means there was none."""
    where, target = found("summeval_raw_replies"), "0 exceptions, gpt-3.5 rts <= 2 % unparsed"
    if not where.files:
        yield absent("raw replies of five judges", target, "summeval_raw_replies")
        return
    said = [
        (judge, text)
        for row in where.rows()
        for judge, by_dimension in row["raw"].items()
        for text, *_ in by_dimension.values()
    ]
    rubric = rubrics()["coherence"]
    scored = sum(parse_reply(text, rubric).score is not None for _, text in said)
    yield Row(
        f"{len(said):,} prose replies to the JSON parser ({where.part})",
        "none is a grade",
        f"{scored} are",
        scored == 0,
    )
    rts = [read_score(text).score for judge, text in said if judge == "gpt-3.5-turbo-0301/rts"]
    others = [read_score(text).score for judge, text in said]
    share, of_all = (sum(each is None for each in some) / len(some) for some in (rts, others))
    measured = f"0 exceptions, {share:.1%}; all judges {of_all:.1%}"
    yield Row(f"scores in prose ({where.part})", target, measured, share <= MOST_UNPARSED)


def injection() -> Iterator[Row]:
    attempts = [
        (reader, text) for reader in (by_the_mark, by_any_fence) for text in ATTACKS.values()
    ]
    survived = sum(gullible(prompt_for(text), reader) == HONEST for reader, text in attempts)
    fallen = sum(gullible(text, str) != HONEST for text in ATTACKS.values())
    yield Row(
        f"{len(ATTACKS)} attacks on a gullible judge, two readers of fences",
        "none succeeds",
        f"{survived} of {len(attempts)} survived; unfenced {fallen} of {len(ATTACKS)} succeed",
        survived == len(attempts),
    )
    caught = sum(screen(text).flagged for text in ATTACKS.values())
    answers = [each.answer for each in texts()]
    share = flagged_share(map(screen, answers))
    measured = f"{share:.2%} of {len(answers):,}; flags {caught} of {len(ATTACKS)} attacks"
    yield Row("screen", "<= 1 % of real answers flagged", measured, share <= MOST_FLAGGED)


def integrity() -> Iterator[Row]:
    fresh = [each for each in texts() if each.fresh]
    whole = sum(check_output(each.answer, context=each.context).whole for each in fresh)
    false = 1 - whole / len(fresh)
    yield Row(
        f"{len(fresh):,} real answers that no rule was tuned on",
        "<= 5 % called broken",
        f"{false:.1%}, some of which are refusals and cuts",
        false <= MOST_FALSE,
    )
    grounded = [each for each in fresh if each.context]
    pool = [each for each in (grounded or fresh) if len(each.answer.split()) >= LEAST_WORDS]
    of = "answers with a context" if grounded else "answers without a context"
    dice = random.Random(SEED)  # noqa: S311 - a repeatable choice
    for name, broken in BREAKS.items():
        made = [check_output(broken(each.answer, dice), context=each.context) for each in pool]
        yield _recall(f"{name}, {len(pool)} {of}", sum(not each.whole for each in made) / len(made))
    if grounded:
        yield _recall(f"another's answer, {len(pool)} {of}", _swapped(pool, dice))
    else:
        yield absent("another request's answer", "recall >= .9", "no set with contexts")
    yield _speed(pool)


def _swapped(pool: list[Text], dice: random.Random) -> float:
    found = 0
    for each in pool:
        other = dice.choice(pool)
        while other.source != each.source or other.context == each.context:
            other = dice.choice(pool)
        found += not check_output(other.answer, context=each.context).whole
    return found / len(pool)


def _recall(what: str, share: float) -> Row:
    return Row(what, "recall >= .9", f"{share:.3f}", share >= LEAST_RECALL)


def _speed(pool: list[Text]) -> Row:
    began = time.process_time()
    for each in pool:
        check_output(each.answer, context=each.context)
    speed = len(pool) / (time.process_time() - began)
    target = ">= 800 items/s of one core"
    return Row("integrity, processor time", target, f"{speed:,.0f}", speed >= LEAST_SPEED)
