"""After a run: its series into the store, the judge's version into the ledger, its verdicts to the endpoint."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reinfra.batch.quality_counts import Share, batches, shares
from reinfra.batch.quality_rows import PICO
from reinfra.batch.quality_run import Done, Request
from reinfra.config.export import ExportSettings
from reinfra.model import DAY, Fact, Report, VerdictStatus, subject
from reinfra.store import Source, Store, judging, ledger
from reinfra.store.judging import Row

SOURCE = "judge"
DEGRADED = 0.05


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one run found. `mean` is the judge at its word, not corrected by labels; `judge report` corrects it.

    `cost_usd` is None where a price is unknown. `exported` is None where no endpoint is set.
    """

    set: str
    judge: str
    rubric: str
    config: str
    answers: int
    unfit: int
    refused: Mapping[str, int]
    sampled: int
    asked: int
    cached: int
    left: int
    why: str
    statuses: Mapping[str, int]
    invalid_share: float
    degraded: bool
    strata: tuple[Share, ...]
    mean: float
    tokens: Mapping[str, int]
    attempts: int
    cost_usd: float | None
    price_table: str
    exported: bool | None


def after(
    store: Store,
    done: Done,
    request: Request,
    refused: Mapping[str, int],
    export: ExportSettings,
) -> Outcome:
    now = store.clock()
    with store.reading() as connection:
        replies = judging.replies_of(connection, done.run_ids)
        totals = judging.totals(connection, done.run_ids)
    found = shares(replies)
    origin = request.origin
    for batch in batches(
        found, request.backend.judge, now, origin, done.prepared.checks, done.prepared.screened
    ):
        if batch.at.size:
            store.write(batch, Source(f"{SOURCE}/{origin}", origin))
    _note_versions(store, request, now)
    with store.writing() as connection:
        judging.expire(connection, now - round(request.settings.retention * DAY))
    exported = _exported(replies, export, now)
    return _outcome(done, request, refused, replies, totals, found, exported=exported)


def _note_versions(store: Store, request: Request, now: int) -> None:
    """So that a page can show beside a drop that the judge, its rubric or the prices were changed that day."""
    backend, rubric = request.backend, request.rubric
    who = subject({"judge": backend.judge, "rubric": rubric.name})
    facts = [Fact(who, "judge.config", request.config[:12]), Fact(who, "rubric.version", rubric.id)]
    if request.price:
        facts.append(Fact(who, "prices.version", request.prices.version))
    ledger.record(store, SOURCE, Report(facts=tuple(facts)), now)


def _exported(replies: Sequence[Row], export: ExportSettings, now: int) -> bool | None:
    if not export.endpoint:
        return None
    from reinfra.batch.quality_events import send

    return send(replies, export, now)


def _outcome(
    done: Done,
    request: Request,
    refused: Mapping[str, int],
    replies: Sequence[Row],
    totals: judging.Totals,
    found: Sequence[Share],
    *,
    exported: bool | None,
) -> Outcome:
    statuses = {str(one): sum(row["status"] == one for row in replies) for one in VerdictStatus}
    asked, invalid = sum(one.asked for one in found), sum(one.invalid for one in found)
    share = invalid / asked if asked else float("nan")
    weight = sum(one.answers for one in found)
    means = sum(one.successes / one.trials * one.answers for one in found if one.trials)
    return Outcome(
        set=request.set_info.name,
        judge=request.backend.judge,
        rubric=request.rubric.id,
        config=request.config,
        answers=done.prepared.fit,
        unfit=done.prepared.unfit,
        refused=dict(refused),
        sampled=len(done.prepared.sampled),
        asked=done.asked,
        cached=done.cached,
        left=done.left,
        why=done.why,
        statuses={name: count for name, count in statuses.items() if count},
        invalid_share=share,
        degraded=share > DEGRADED,
        strata=tuple(found),
        mean=means / weight if weight else float("nan"),
        tokens=totals.tokens,
        attempts=totals.attempts,
        cost_usd=None if totals.cost is None else totals.cost / PICO,
        price_table=request.prices.version if request.price else "",
        exported=exported,
    )
