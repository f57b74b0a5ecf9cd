"""A run of judging from answers to series; the judge is a stub on loopback."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select, text

from benchmarks.judge.stub import VERDICT, Reply, Stub, running, usual
from judge.backends import BackendError
from judge.backends.http import Server
from judge.backends.openai import OpenAICompatible
from judge.canary import CanaryState
from judge.inputs import Given, GivenPage
from judge.inputs.sampling import Plan
from judge.pipeline.prices import Price, PriceTable
from judge.prompt import Task
from judge.rubric import rubrics
from reinfra.batch import quality, quality_canary, quality_labels
from reinfra.batch.quality_after import Outcome, after
from reinfra.batch.quality_run import Request
from reinfra.batch.quality_run import run as run_once
from reinfra.config.export import ExportSettings
from reinfra.config.judge import JudgeSettings
from reinfra.model import HOUR, InputError, random_id
from reinfra.store import Selector, Store, judging, open_store
from reinfra.store.schema import judgement

RUBRIC = rubrics()["correctness-unaided"]
NOW = 1_700_000_000_000 // (4 * HOUR) * (4 * HOUR)
WRONG = '{"reason": "stub", "verdict": "incorrect"}'


@pytest.fixture
def stub() -> Iterator[Stub]:
    with running(Stub()) as served:
        yield served


@pytest.fixture
def store(sqlite_url: str) -> Iterator[Store]:
    opened = open_store(sqlite_url, clock=lambda: NOW)
    yield opened
    opened.engine.dispose()


@pytest.fixture
def either(any_url: str) -> Iterator[Store]:
    """A store on each database."""
    opened = open_store(any_url, clock=lambda: NOW)
    yield opened
    opened.engine.dispose()


def page(count: int, answer: str = "Me, and nobody else.") -> GivenPage:
    return GivenPage(
        tuple(
            Given(f"i{n}", Task("Who?", (answer,)), at=NOW, model="m", service=f"s{n % 2}")
            for n in range(count)
        )
    )


def request(stub: Stub, **settings: Any) -> Request:  # noqa: ANN401
    server = Server(f"{stub.url}/v1/chat/completions", {}, 10.0)
    prices = PriceTable("test 2026-11-21", {"m": Price(*map(_usd, ("1", "2")))})
    chosen = JudgeSettings(concurrency=8, **settings)
    return Request(OpenAICompatible(server, "m"), RUBRIC, prices, chosen, Plan())


def _usd(given: str) -> Any:  # noqa: ANN401
    from decimal import Decimal

    return Decimal(given)


def judged(store: Store, given: GivenPage, asked: Request) -> Outcome:
    try:
        done, trouble = run_once(store, given, "test", asked, random_id)
        assert trouble is None
        return after(store, done, asked, given.refused, ExportSettings())
    finally:
        asked.backend.close()


def test_answers_become_verdicts_costs_and_counts(store: Store, stub: Stub) -> None:
    stub.hook = lambda path, body: (  # noqa: ARG005
        (200, usual(path, "no JSON"), {}) if stub.seen.total() % 10 == 0 else None
    )
    found = judged(store, page(40), request(stub))
    assert (found.asked, found.statuses) == (40, {"ok": 36, "unparsed": 4})
    assert found.degraded
    assert found.cost_usd == pytest.approx(40 * (310 * 1 + 21 * 2) / 1e6, abs=1e-12)
    assert found.mean == 1.0  # what is invalid is no low grade
    graded = quality.load(store, "live/correctness-unaided")
    assert sum(each.score is not None for each in graded.verdicts) == 36
    series = {one.key.metric: one for one in store.series(Selector())}
    names = [f"reinfra.quality.{name}" for name in ("successes", "trials", "invalid")]
    totals = [
        sum(
            float(v[0])
            for one in store.series(Selector())
            if one.key.metric == name
            for v in store.samples([one], 0, NOW + 1).value
        )
        for name in names
    ]
    assert totals == [36, 36, 4]
    assert "reinfra.integrity.checked" in series


def test_the_same_question_is_asked_once_and_another_configuration_is_another(
    either: Store, stub: Stub
) -> None:
    assert judged(either, page(20), request(stub)).asked == 20
    again = judged(either, page(20), request(stub))
    assert (again.asked, again.cached, stub.seen.total()) == (0, 20, 20)
    assert judged(either, page(20, "Somebody else did it."), request(stub)).asked == 20
    warm = request(stub)
    other = OpenAICompatible(warm.backend.server, "m", max_tokens=99)  # type: ignore[attr-defined]
    changed = Request(other, RUBRIC, warm.prices, warm.settings, warm.plan)
    assert judged(either, page(20), changed).asked == 20


def test_errors_are_asked_again_by_the_next_run(store: Store, stub: Stub) -> None:
    stub.hook = lambda path, body: (400, {"error": "odd"}, {})  # noqa: ARG005
    assert judged(store, page(5), request(stub)).statuses == {"error": 5}
    stub.hook = None
    assert judged(store, page(5), request(stub)).statuses == {"ok": 5}


def test_a_budget_ends_the_run_and_says_so(store: Store, stub: Stub) -> None:
    found = judged(store, page(50), request(stub, budget_items=12))
    assert (found.asked, found.left) == (12, 38)
    assert "12 replies" in found.why
    dear = judged(store, page(50), request(stub, budget_usd=0.0050))
    assert "USD" in dear.why
    assert 0 < dear.asked < 38


def test_a_budget_in_dollars_needs_a_price(store: Store, stub: Stub) -> None:
    asked = request(stub, budget_usd=1.0)
    blind = Request(asked.backend, RUBRIC, PriceTable("none", {}), asked.settings, Plan())
    with pytest.raises(InputError, match="needs the price"):
        run_once(store, page(1), "test", blind, random_id)
    unpriced = Request(asked.backend, RUBRIC, PriceTable("none", {}), JudgeSettings(), Plan())
    assert judged(store, page(3), unpriced).cost_usd is None


def test_what_came_before_the_server_refused_is_kept_and_counted(store: Store, stub: Stub) -> None:
    def hook(path: str, body: dict[str, Any]) -> Reply | None:
        del path, body
        return (401, {}, {}) if stub.seen.total() > 10 else None

    stub.hook = hook
    asked = request(stub)
    done, trouble = run_once(store, page(60), "test", asked, random_id)
    asked.backend.close()
    assert isinstance(trouble, BackendError)
    assert done.asked == 10
    with store.reading() as connection:
        assert judging.spent(connection, 0).replies == 10


def test_hashed_texts_leave_no_word_behind(store: Store, stub: Stub) -> None:
    stub.text = '{"reason": "because of Enid", "verdict": "correct"}'
    judged(store, page(3, "Enid Blyton did."), request(stub, texts="hash"))
    with store.reading() as connection:
        rows = [
            str(row)
            for name in ("judge_item", "judgement", "verdict", "graded_item")
            for row in connection.execute(text(f"SELECT * FROM {name}"))  # noqa: S608
        ]
    assert rows
    assert not [row for row in rows if "Enid" in row or "Who?" in row]
    with pytest.raises(InputError, match="no items for a canary"):
        quality_canary.run(store, request(stub), random_id)


def test_a_canary_sees_a_judge_that_was_replaced_and_not_one_that_was_not(
    either: Store, stub: Stub
) -> None:
    judged(either, page(120), request(stub))
    for state in (CanaryState.SAME, CanaryState.SAME):
        asked = request(stub)
        found = quality_canary.run(either, asked, random_id)
        asked.backend.close()
        assert (found.result.state, found.items) == (state, 120)
    stub.hook = lambda path, body: (  # noqa: ARG005
        (200, usual(path, WRONG if stub.seen.total() % 6 == 0 else VERDICT), {})
    )
    asked = request(stub)
    found = quality_canary.run(either, asked, random_id)
    asked.backend.close()
    assert (found.number, found.result.state, found.result.down) == (3, CanaryState.CHANGED, 20)


def test_labels_by_spreadsheet_come_back(either: Store, stub: Stub, tmp_path: Path) -> None:
    evil = GivenPage(
        (Given("=i1", Task("@q", ("=cmd|' /C calc'!A0",))), Given("i2", Task("q", ("a",))))
    )
    judged(either, evil, request(stub))
    name = "live/correctness-unaided"
    rows = quality_labels.wanted(either, name, 10, np.random.default_rng(1))
    sheet = quality_labels.written(rows)
    assert "'=cmd" in sheet
    assert "correct" not in sheet
    filled = tmp_path / "labels.csv"
    filled.write_text(sheet.replace(",,\n", ",correct,ann\n"))
    labels = quality_labels.read_labels(filled, RUBRIC)
    assert quality_labels.keep_labels(either, name, labels) == 2
    assert {label.item for label in quality.load(either, name).labels} == {"=i1", "i2"}
    assert not quality_labels.wanted(either, name, 10, np.random.default_rng(1))


def test_told_to_stop_it_keeps_what_it_has_and_the_next_run_goes_on(
    store: Store, stub: Stub
) -> None:
    stop = threading.Event()
    stub.hook = lambda path, body: stop.set() if stub.seen.total() > 9 else None  # noqa: ARG005
    asked = request(stub)
    stopped = Request(asked.backend, RUBRIC, asked.prices, asked.settings, Plan(), stop=stop)
    first = judged(store, page(60), stopped)
    assert first.left
    assert first.why == "told to stop"
    stub.hook = None
    second = judged(store, page(60), request(stub))
    assert (second.cached, second.asked) == (first.asked, 60 - first.asked)
    with store.reading() as connection:
        keys = list(connection.execute(select(judgement.c.item)).scalars())
    assert len(keys) == len(set(keys)) == 60
    assert json.dumps(sorted(keys))
