"""Every item that is asked is answered or comes back with a reason, whatever the server does."""

import threading
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal

import pytest

from judge.backends import Asked, BackendError, Graded, PassingError, Usage
from judge.identity import Setting
from judge.parse import Reply
from judge.pipeline.attempts import Attempts, Patience
from judge.pipeline.limiter import Limiter
from judge.pipeline.prices import read_prices, shipped
from judge.pipeline.runner import Judged, Runner
from judge.prompt import Prompt
from judge.rubric import rubrics
from reinfra.model import InputError, VerdictStatus
from reinfra.model.randomness import SEED

RUBRIC = rubrics()["correctness"]
ITEMS = [Asked(Prompt("s", "u"), RUBRIC, str(number)) for number in range(300)]


class Server:
    """Answers by a rule: what the n-th try of an item meets. Counts how many ask at once."""

    judge = "test/one"
    settings: Mapping[str, Setting] = {}

    def __init__(self, rule: Mapping[int, Exception] | None = None) -> None:
        self.rule = rule or {}
        self.tries: Counter[str] = Counter()
        self.flying, self.most = 0, 0
        self.lock = threading.Lock()

    def ask(self, asked: Asked) -> Graded:
        with self.lock:
            self.tries[asked.item] += 1
            self.flying += 1
            self.most = max(self.most, self.flying)
            trouble = self.rule.get(self.tries[asked.item])
        with self.lock:
            self.flying -= 1
        if trouble is not None and int(asked.item) % 10 == 0:
            raise trouble
        return Graded(Reply(VerdictStatus.OK, 1.0, "correct"), "", Usage(10, 1))

    def close(self) -> None:
        pass


def run(server: Server, **how: object) -> list[Judged]:
    found: list[Judged] = []
    waits: list[float] = []
    runner = Runner(server, 8, wait=lambda seconds: bool(waits.append(seconds)), **how)  # type: ignore[arg-type,func-returns-value]
    runner.run(ITEMS, found.extend)
    return found


def test_a_tenth_refused_costs_tries_and_no_verdict() -> None:
    server = Server({1: PassingError("429", throttled=True, retry_after=0.1)})
    found = run(server)
    assert sorted(each.asked.item for each in found) == sorted(each.item for each in ITEMS)
    assert all(each.graded.reply.score == 1.0 for each in found)
    assert sum(each.graded.usage.attempts for each in found) == 330
    assert server.most <= 8


def test_what_never_passes_is_invalid_with_its_reason_and_no_score() -> None:
    busy = PassingError("still busy", status=VerdictStatus.TIMEOUT)
    found = run(Server(dict.fromkeys(range(1, 10), busy)), patience=Patience(attempts=3))
    bad = [each.graded for each in found if each.graded.reply.score is None]
    assert len(bad) == 30
    assert {(each.reply.status, each.usage.attempts) for each in bad} == {
        (VerdictStatus.TIMEOUT, 3)
    }
    assert "still busy" in bad[0].reply.why


def test_a_hopeless_server_ends_the_run_and_what_came_is_kept() -> None:
    found: list[Judged] = []
    runner = Runner(Server({1: BackendError("no credentials")}), 4)
    with pytest.raises(BackendError, match="no credentials"):
        runner.run(ITEMS[1:] + ITEMS[:1], found.extend)
    assert 0 < len(found) < len(ITEMS)


def test_told_to_stop_it_asks_no_more_and_keeps_what_was_in_flight() -> None:
    stop, found = threading.Event(), list[Judged]()

    def sink(judged: list[Judged]) -> None:
        found.extend(judged)
        stop.set()

    server = Server()
    answered = Runner(server, 4, stop=stop).run(ITEMS, sink)
    assert answered == len(found) == server.tries.total() <= 16


@pytest.mark.parametrize(("after", "least", "most"), [(7.0, 7.0, 7.5), (None, 0.0, 1.0)])
def test_waits_are_as_long_as_the_server_asks(
    after: float | None, least: float, most: float
) -> None:
    import numpy as np

    waits: list[float] = []
    server = Server({1: PassingError("busy", throttled=True, retry_after=after)})
    attempts = Attempts(
        server,
        Limiter(4),
        Patience(),
        lambda seconds: bool(waits.append(seconds)),  # type: ignore[func-returns-value]
        np.random.default_rng(SEED),
    )
    attempts.grade(ITEMS[0])
    assert len(waits) == 1
    assert least <= waits[0] <= most


def test_a_wait_that_outlasts_the_item_ends_it() -> None:
    import numpy as np

    server = Server({1: PassingError("busy", retry_after=1_000.0)})
    attempts = Attempts(
        server, Limiter(4), Patience(), lambda _: False, np.random.default_rng(SEED)
    )
    graded, _ = attempts.grade(ITEMS[0])
    assert (graded.reply.status, graded.usage.attempts) == (VerdictStatus.ERROR, 1)


def rounds(limiter: Limiter, refused_each: int, count: int) -> None:
    for number in range(count):
        limiter.acquire()
        limiter.release(throttled=bool(refused_each) and number % refused_each == 0)


def test_the_limit_grows_while_all_goes_well_and_falls_when_much_is_refused() -> None:
    limiter = Limiter(64)
    rounds(limiter, 0, 200)
    assert limiter.limit == 64
    rounds(limiter, 2, 600)
    assert limiter.limit < 16
    low = limiter.limit
    rounds(limiter, 10, 600)
    assert limiter.limit > low


def test_cost_is_tokens_times_price_to_the_last_digit() -> None:
    price = shipped().find("bedrock/us.amazon.nova-pro-v1:0")
    assert price is not None
    usage = Usage(123_457, 891, cache_read_tokens=10_001, cache_write_tokens=7)
    assert price.of(usage) == Decimal("0.1036226")


def test_an_unknown_price_is_unknown_and_not_nothing(tmp_path) -> None:  # type: ignore[no-untyped-def] # noqa: ANN001
    assert shipped().find("bedrock/some.model") is None
    own = tmp_path / "prices.csv"
    own.write_text("# mine 2026-11-21\nmodel,input,output\nm,1,2\n")
    price = read_prices(own).find("openai/m")
    assert price is not None
    assert price.of(Usage(1_000_000, 0)) == 1
    assert price.of(Usage(1, 1, cache_read_tokens=1)) is None
    own.write_text("# mine\nmodel,input,output\nm,-1,2\n")
    with pytest.raises(InputError, match="no price"):
        read_prices(own)
