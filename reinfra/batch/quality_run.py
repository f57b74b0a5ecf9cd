"""One run of judging: sampled answers to a judge, every reply into the store as it comes, then what follows."""

import json
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from judge.backends import Asked, Backend, BackendError
from judge.identity import config_sha256, grading_fields
from judge.inputs import Given, GivenPage
from judge.inputs.redact import Redact
from judge.inputs.sampling import Plan, Sampled
from judge.pipeline.attempts import Patience
from judge.pipeline.prices import Price, PriceTable
from judge.pipeline.runner import Judged, Runner
from judge.prompt import build_prompt, orders
from judge.rubric import Rubric
from reinfra.batch import quality_rows as rows
from reinfra.batch.quality_prepare import Prepared, prepare
from reinfra.config.judge import JudgeSettings
from reinfra.model import DAY, IdSource, InputError, Origin
from reinfra.store import Store, judging
from reinfra.store.grades import SetInfo
from reinfra.store.lock import only_one

LOCK = "judge"
_ITEMS_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Request:
    """Whom to ask by which rubric, with which prices, and what personal data goes first."""

    backend: Backend
    rubric: Rubric
    prices: PriceTable
    settings: JudgeSettings
    plan: Plan
    redact: Redact | None = None
    origin: Origin = Origin.LIVE
    stop: threading.Event = field(default_factory=threading.Event)

    @property
    def config(self) -> str:
        return config_sha256(self.rubric, **self.backend.settings)

    @property
    def price(self) -> Price | None:
        return self.prices.find(self.backend.judge)

    @property
    def set_info(self) -> SetInfo:
        """The graded set that reports read: one of each rubric, live and recorded replies apart."""
        where = "live" if self.origin is Origin.LIVE else "recorded"
        meaning = f"mean score by {self.rubric.title}, 0 to 1, {self.rubric.better} is better"
        note = "" if self.origin is Origin.LIVE else "replies that were recorded, given again"
        return SetInfo(f"{where}/{self.rubric.name}", meaning, self.origin, note)


@dataclass(frozen=True, slots=True)
class Done:
    """What a run did. `cached` questions had a reply already, `left` were not asked: budget, or told to stop.

    `run_ids` are this run and those before it that were killed: what they got is counted now. `why` it ended
    early, "" where it did not.
    """

    run_ids: tuple[str, ...]
    prepared: Prepared
    asked: int
    cached: int
    left: int
    why: str


def run(
    store: Store, page: GivenPage, source: str, request: Request, ids: IdSource
) -> tuple[Done, BackendError | None]:
    """Raises LockedError where another run is on its way; a BackendError comes back beside what was done."""
    _check_budget(request)
    with only_one(store.engine, LOCK):
        return _Run(store, request, ids, ids()).go(page, source)


def _check_budget(request: Request) -> None:
    if request.settings.budget_usd and request.price is None:
        raise InputError(
            f"a budget in dollars needs the price of {request.backend.judge!r}",
            where="judge.budget_usd",
            todo="Name a table with it in judge.prices, or set judge.budget_items instead.",
        )


@dataclass(slots=True)
class _Run:
    store: Store
    request: Request
    ids: IdSource
    id: str
    answered: int = 0
    cost: int = 0
    why: str = ""
    keys: dict[tuple[str, str], str] = field(default_factory=dict)

    def go(self, page: GivenPage, source: str) -> tuple[Done, BackendError | None]:
        request, now = self.request, self.store.clock()
        prepared = prepare(page.items, request.rubric, request.plan, request.redact)
        with self.store.writing() as connection:
            before = judging.unfinished(connection, request.backend.judge, request.rubric.id)
            judging.note_run(connection, self._row(now, None, "running", {}))
        self._keep(prepared.sampled, source, now)
        questions, cached = self._open(prepared.sampled)
        settings = request.settings
        patience = Patience(settings.attempts, settings.item_timeout)
        runner = Runner(request.backend, settings.concurrency, patience, stop=request.stop)
        trouble: BackendError | None = None
        try:
            runner.run(self._asked(questions), self._write)
        except BackendError as error:
            trouble, self.why = error, str(error)
        if not self.why and self.answered < len(questions):
            self.why = "told to stop"
        left = len(questions) - self.answered
        done = Done((self.id, *before), prepared, self.answered, cached, left, self.why)
        self._end(now, done, before)
        return done, trouble

    def _keep(self, sampled: Sequence[Sampled], source: str, now: int) -> None:
        texts = self.request.settings.texts
        for start in range(0, len(sampled), _ITEMS_AT_ONCE):
            part = sampled[start : start + _ITEMS_AT_ONCE]
            with self.store.writing() as connection:
                judging.add_items(
                    connection,
                    self.request.set_info,
                    [rows.item_row(one, source, texts, now) for one in part],
                    [rows.graded_row(one.given) for one in part],
                )

    def _open(self, sampled: Sequence[Sampled]) -> tuple[list[tuple[Given, str]], int]:
        """The questions without a reply that stands, and how many have one."""
        config = self.request.config
        every = [(one.given, order) for one in sampled for order in orders(self.request.rubric)]
        keys = [rows.question_key(config, given, order, 0) for given, order in every]
        with self.store.reading() as connection:
            settled = judging.settled(connection, keys)
        open_ = [(pair, key) for pair, key in zip(every, keys, strict=True) if key not in settled]
        self.keys = {(given.id, order): key for (given, order), key in open_}
        return [pair for pair, _ in open_], len(every) - len(open_)

    def _asked(self, questions: Sequence[tuple[Given, str]]) -> Iterator[Asked]:
        """Prompts, made when they are needed, as long as there is budget."""
        rubric = self.request.rubric
        with self.store.reading() as connection:
            today = judging.spent(connection, self.store.clock() // DAY * DAY)
        for number, (given, order) in enumerate(questions):
            self.why = self._spent_out(today, number)
            if self.why:
                return
            prompt = build_prompt(rubric, given.task, self.ids, order)
            yield Asked(prompt, rubric, given.id, order)

    def _spent_out(self, today: judging.Spent, asked: int) -> str:
        """Why no more may be asked today. What is in flight is taken to cost what the others did."""
        settings = self.request.settings
        if today.replies + asked >= settings.budget_items:
            return f"the day's budget of {settings.budget_items} replies is used up"
        each = self.cost / self.answered if self.answered else 0.0
        expected = today.cost + each * (asked + 1)
        if settings.budget_usd and expected > settings.budget_usd * rows.PICO:
            return f"the day's budget of {settings.budget_usd:g} USD is used up"
        return ""

    def _write(self, judged: list[Judged]) -> None:
        request, now = self.request, self.store.clock()
        judge, keep = request.backend.judge, request.settings.texts == "keep"
        common = {
            "config": request.config,
            "run": self.id,
            "price_table": request.prices.version if request.price else "",
            "at": now,
        }
        replies = []
        for one in judged:
            own = {
                "key": self.keys[one.asked.item, one.asked.order],
                "reply": one.graded.text if keep else "",
            }
            replies.append(rows.reply_row(one, judge, request.price, common | own))
        with self.store.writing() as connection:
            verdicts = [rows.verdict_row(one, judge) for one in judged]
            judging.add_replies(connection, request.set_info.name, replies, verdicts)
        self.answered += len(judged)
        self.cost += sum(row["cost"] or 0 for row in replies)

    def _end(self, began: int, done: Done, before: Sequence[str]) -> None:
        counts = {"asked": done.asked, "cached": done.cached, "left": done.left}
        figures: dict[str, int | str] = {**counts, "why": done.why}
        state = "done" if not done.left else "ended early"
        with self.store.writing() as connection:
            judging.note_run(connection, self._row(began, self.store.clock(), state, figures))
            for id_ in before:
                judging.end_run(connection, id_, self.store.clock(), "killed")

    def _row(
        self, at: int, until: int | None, state: str, figures: dict[str, int | str]
    ) -> judging.Row:
        request = self.request
        settings = {**request.backend.settings, **grading_fields(request.rubric)}
        return {
            "id": self.id,
            "at": at,
            "until": until,
            "judge": request.backend.judge,
            "rubric": request.rubric.id,
            "config": request.config,
            "settings": json.dumps(settings, sort_keys=True),
            "state": state,
            "figures": json.dumps(figures),
        }
