"""Figures 7 and 10: how fast a run is against a stub, with every reply in a store, and what it says it cost."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from decimal import Decimal
from pathlib import Path

from benchmarks.judge.data import found
from benchmarks.judge.figures import Row, absent
from benchmarks.judge.stub import USAGE
from judge.backends import Asked, Backend, Graded, Usage
from judge.inputs import Given, GivenPage
from judge.inputs.sampling import Plan
from judge.pipeline.prices import Price, PriceTable
from judge.prompt import Task
from judge.rubric import rubrics
from reinfra.batch.quality_rows import PICO
from reinfra.batch.quality_run import Request, run
from reinfra.config.judge import JudgeSettings
from reinfra.model import random_id
from reinfra.store import Store, judging, open_store

ITEMS, DELAY, IN_FLIGHT = 4_000, 0.1, 64
LEAST_SPEED, LEAST_VERDICTS = 500, 0.95
_PRICE = Price(Decimal("2.50"), Decimal("10.00"))
_TEXT = "The answer is a sentence of some length, as answers are. " * 4


def speed() -> Iterator[Row]:
    for kind in ("openai", "bedrock"):
        rate, whole, cpu, verdicts, _ = _run(kind, refuse_each=0)
        yield Row(
            f"{ITEMS:,} items, {kind}, {IN_FLIGHT} in flight, {DELAY * 1_000:.0f} ms stub, into SQLite",
            f">= {LEAST_SPEED} items/s",
            f"{rate:.0f} items/s from the first request on; with reading, checking and sampling "
            f"{whole:.0f} items/s, {cpu:.2f} ms CPU each",
            rate >= LEAST_SPEED and verdicts == ITEMS,
        )
    rate, _, _, verdicts, replies = _run("openai", refuse_each=10)
    yield Row(
        "the same with every tenth request refused by 429",
        ">= 95 % verdicts, none lost silently",
        f"{verdicts / ITEMS:.1%} verdicts, {ITEMS - replies} lost, {rate:.0f} items/s",
        verdicts >= LEAST_VERDICTS * ITEMS and replies == ITEMS,
    )


def cost() -> Iterator[Row]:
    where, target = found("summeval_raw_replies"), "recorded tokens x price, to the cent"
    if not where.files:
        yield absent("tokens of recorded replies", target, "summeval_raw_replies")
        return
    usages = [
        Usage(tokens[0], tokens[1] - tokens[0])  # recorded were the prompt's and all
        for row in where.rows()
        for by_dimension in row["raw"].values()
        for _, *tokens in by_dimension.values()
        if len(tokens) > 1 and all(isinstance(each, int) for each in tokens[:2])
    ]
    if not usages:
        yield absent("tokens of recorded replies", target, "a set with both counts of tokens")
        return
    booked = sum(int((_PRICE.of(each) or 0) * PICO) for each in usages)
    tokens_in, tokens_out = (
        sum(getattr(each, n) for each in usages) for n in ("input_tokens", "output_tokens")
    )
    exact = (tokens_in * _PRICE.input + tokens_out * _PRICE.output) / 1_000_000
    off = abs(Decimal(booked) / PICO - exact)
    yield Row(f"{len(usages):,} replies ({where.part})", target, f"off by {off} USD", off == 0)


def _run(kind: str, refuse_each: int) -> tuple[float, float, float, int, int]:
    """Items a second while asking and in all, ms of CPU each, verdicts and replies in the store."""
    rubric = rubrics()["correctness-unaided"]
    page = GivenPage(tuple(Given(f"i{n}", Task("Who?", (f"{n} {_TEXT}",))) for n in range(ITEMS)))
    settings = JudgeSettings(concurrency=IN_FLIGHT, budget_items=10 * ITEMS)
    prices = PriceTable("bench", {"m": _PRICE})
    with _stub(refuse_each) as port, tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{Path(folder)}/bench.db", create=True)
        with closing(_Timed(_backend(kind, port))) as backend:
            request = Request(backend, rubric, prices, settings, Plan())
            began, cpu = time.monotonic(), time.process_time()
            done, trouble = run(store, page, "bench", request, random_id)
            ended, spent = time.monotonic(), time.process_time() - cpu
        if trouble is not None:
            raise trouble
        verdicts, replies = _counted(store, done.run_ids)
        store.engine.dispose()
    asking = ended - backend.first_at
    return ITEMS / asking, ITEMS / (ended - began), spent / ITEMS * 1_000, verdicts, replies


class _Timed:
    """A backend that remembers when it was first asked."""

    def __init__(self, backend: Backend) -> None:
        self.backend, self.first_at = backend, 0.0
        self.judge, self.settings, self.close = backend.judge, backend.settings, backend.close

    def ask(self, asked: Asked) -> Graded:
        self.first_at = self.first_at or time.monotonic()
        return self.backend.ask(asked)


def _counted(store: Store, run_ids: tuple[str, ...]) -> tuple[int, int]:
    with store.reading() as connection:
        rows = judging.replies_of(connection, run_ids)
        totals = judging.totals(connection, run_ids)
    if totals.tokens["input_tokens"] != USAGE[0] * sum(row["status"] == "ok" for row in rows):
        raise ValueError("tokens were lost")
    return sum(row["score"] is not None for row in rows), len(rows)


def _backend(kind: str, port: int) -> Backend:
    if kind == "bedrock":
        import os

        from judge.backends.bedrock import Bedrock, bedrock_client
        from judge.backends.converse import Converse

        os.environ.setdefault("AWS_ACCESS_KEY_ID", "none")
        os.environ.setdefault("AWS_SECRET_ACCESS_KEY", "none")
        url = f"http://127.0.0.1:{port}"
        return Bedrock(bedrock_client("us-east-1", 60.0, IN_FLIGHT, url), Converse("m"))
    from judge.backends.http import Server
    from judge.backends.openai import OpenAICompatible

    return OpenAICompatible(Server(f"http://127.0.0.1:{port}/v1/chat/completions", {}), "m")


@contextmanager
def _stub(refuse_each: int) -> Iterator[int]:
    command = [sys.executable, "-m", "benchmarks.judge.stub", str(DELAY), str(refuse_each)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        if process.stdout is None:
            raise ValueError("the stub has no output")
        try:
            yield int(process.stdout.readline())
        finally:
            process.kill()
