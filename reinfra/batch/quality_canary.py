"""The canary: items that a judge graded once are given to it again, and the grades compared."""

import json
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from judge.backends import Asked
from judge.canary import CanaryResult, choose, compare
from judge.identity import sha256
from judge.pipeline.attempts import Patience
from judge.pipeline.runner import Judged, Runner
from judge.prompt import Task, build_prompt
from reinfra.batch import quality_rows as rows
from reinfra.batch.quality_counts import canary_batch
from reinfra.batch.quality_run import LOCK, Request
from reinfra.model import IdSource, InputError
from reinfra.model.plain import plain
from reinfra.model.randomness import SEED
from reinfra.store import Source, Store, canaries, judging
from reinfra.store.judging import Row
from reinfra.store.lock import only_one


@dataclass(frozen=True, slots=True)
class CanaryRun:
    """`number` counts the runs of this judge and rubric from 1; `new` says that its set was drawn just now."""

    judge: str
    rubric: str
    number: int
    items: int
    new: bool
    result: CanaryResult


def run(store: Store, request: Request, ids: IdSource) -> CanaryRun:
    """Raises InputError where there are too few graded items whose texts are kept, BackendError, LockedError."""
    with only_one(store.engine, LOCK):
        judge, rubric = request.backend.judge, request.rubric.id
        with store.reading() as connection:
            chosen = canaries.items(connection, judge, rubric)
            number = canaries.count(connection, judge, rubric) + 1
        new = not chosen
        if new:
            chosen = _drawn(store, request)
        now_scores = _asked_again(store, request, ids, chosen, number)
        before = np.array([row["score"] for row in chosen])
        after = np.array([now_scores.get((r["item"], r["order"]), np.nan) for r in chosen])
        result = compare(before, after)
        done = CanaryRun(judge, rubric, number, len(chosen), new, result)
        _note(store, request, done)
    return done


def _drawn(store: Store, request: Request) -> list[Row]:
    """A set over all strata and grades, from first replies under this very configuration."""
    with store.reading() as connection:
        there = canaries.candidates(connection, request.config)
    if not there:
        why = "a canary needs items that this judge has graded, with texts kept"
        raise InputError("no items for a canary", why=why, todo="Run `reinfra judge run` first.")
    strata = np.unique([row["stratum"] for row in there], return_inverse=True)[1]
    scores = np.array([row["score"] for row in there])
    size = request.settings.canary
    places = choose(scores, strata.astype(np.int64), np.random.default_rng(SEED), size)
    chosen = [there[place] for place in places.tolist()]
    judge, rubric = request.backend.judge, request.rubric.id
    with store.writing() as connection:
        canaries.add(connection, judge, rubric, chosen, store.clock())
    return chosen


def _asked_again(
    store: Store, request: Request, ids: IdSource, chosen: Sequence[Row], number: int
) -> dict[tuple[str, str], float]:
    rubric = request.rubric
    asked = [
        Asked(
            build_prompt(rubric, _task(row["task"]), ids, row["order"]),
            rubric,
            row["item"],
            row["order"],
            number,
        )
        for row in chosen
    ]
    scores: dict[tuple[str, str], float] = {}
    run_id = f"canary {ids()}"

    def keep(judged: list[Judged]) -> None:
        now = store.clock()
        replies = [_reply(one, request, run_id, now) for one in judged]
        with store.writing() as connection:
            judging.add_replies(connection, request.set_info.name, replies, [])
        for one in judged:
            score = one.graded.reply.score
            scores[one.asked.item, one.asked.order] = np.nan if score is None else score

    settings = request.settings
    patience = Patience(settings.attempts, settings.item_timeout)
    Runner(request.backend, settings.concurrency, patience, stop=threading.Event()).run(asked, keep)
    return scores


def _reply(one: Judged, request: Request, run_id: str, now: int) -> Row:
    parts = [request.config, one.asked.item, one.asked.order, one.asked.replicate, run_id]
    also: Row = {
        "key": sha256(parts),
        "config": request.config,
        "run": run_id,
        "price_table": request.prices.version if request.price else "",
        "at": now,
        "reply": "",
    }
    return rows.reply_row(one, request.backend.judge, request.price, also)


def _task(kept: str) -> Task:
    fields = json.loads(kept)
    answers = tuple(fields["answers"])
    return Task(fields["question"], answers, fields["reference"], fields["context"])


def _note(store: Store, request: Request, done: CanaryRun) -> None:
    now = store.clock()
    with store.writing() as connection:
        canaries.note(
            connection,
            {
                "judge": done.judge,
                "rubric": done.rubric,
                "number": done.number,
                "at": now,
                "state": str(done.result.state),
                "figures": json.dumps(plain(asdict(done.result))),
            },
        )
    result = done.result
    flips = result.up + result.down
    batch = canary_batch(done.judge, now, request.origin, flips, result.flips.n)
    store.write(batch, Source(f"judge/{request.origin}", request.origin))
