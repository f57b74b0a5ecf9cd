"""What servers and proxies answer besides samples, without a server."""

import json
import logging
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
import stamina

from collectors import CollectorError
from collectors.prometheus.ask import POINTS
from reinfra.config.sources.prometheus import PrometheusSource
from reinfra.model import DAY, MINUTE, SECOND, Page
from reinfra.store import StoreError
from tests.collectors.prometheus.conftest import NOW, Answer, by_series, source, taken

SECRET = "a-secret-that-no-message-may-hold"  # noqa: S105
SINCE = str(NOW - 5 * MINUTE)


@pytest.fixture(autouse=True)
def quick() -> Iterator[None]:
    with stamina.set_testing(testing=True, attempts=3):
        yield


def matrix(*series: dict[str, Any], **beside: object) -> httpx.Response:
    data = {"resultType": "matrix", "result": list(series)}
    return httpx.Response(200, json={"status": "success", "data": data, **beside})


def one(name: str = "a", value: str = "1", **labels: str) -> dict[str, Any]:
    return {"metric": {"__name__": name, **labels}, "values": [[(NOW - MINUTE) / SECOND, value]]}


def refused(status: int, error: str) -> httpx.Response:
    return httpx.Response(status, json={"status": "error", "error": error})


class Server:
    """Answers queries by `query` and `query_range`, and has neither metadata nor exports."""

    def __init__(self, query: Answer, query_range: Answer | None = None) -> None:
        self.answers = {"query": query, "query_range": query_range or query}
        self.asked: list[dict[str, str]] = []
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.get(request.url.path.rpartition("/")[2])
        if answer is None:
            return httpx.Response(404)
        form = {k: v[0] for k, v in parse_qs(request.content.decode()).items()}
        self.asked.append({"path": request.url.path.rpartition("/")[2], **form})
        return answer(request)

    def taken(self, cursor: str = SINCE, **given: object) -> tuple[Any, Any]:
        chosen = {"select": ["a"], **given}
        return taken(source("http://there", httpx.MockTransport(self), **chosen), cursor)


def test_half_an_answer_is_not_taken_and_the_server_is_told_so() -> None:
    server = Server(lambda _: matrix(one(), isPartial=True))
    with pytest.raises(CollectorError, match=r"answer is partial.*set partial to take it"):
        server.taken()
    assert server.asked[0]["partial_response"] == "false"
    assert server.asked[0]["deny_partial_response"] == "1"
    _, pages = server.taken(partial=True)
    assert len(by_series(pages)) == 1
    assert "partial_response" not in server.asked[-1]


def test_what_a_server_warns_of_is_counted() -> None:
    reports, pages = Server(lambda _: matrix(one(), warnings=["a store is away"])).taken()
    assert reports[0].refused == {"the server warns: a store is away": 1}
    assert len(by_series(pages)) == 1


def test_native_histograms_are_counted_and_not_taken() -> None:
    native = {"metric": {"__name__": "h"}, "histograms": [[1, {}], [2, {}]]}
    reports, _ = Server(lambda _: matrix(native, one())).taken()
    assert reports[0].refused == {"samples that are native histograms": 2}


def test_dcgms_blanks_are_counted_and_not_taken() -> None:
    blank = one(
        "DCGM_FI_DEV_GPU_UTIL", "9223372036854775794", UUID="GPU-1", job="d", instance="n:1"
    )
    also = one("DCGM_FI_DEV_POWER_USAGE", "70.5", UUID="GPU-1", job="d", instance="n:1")
    reports, pages = Server(lambda _: matrix(blank, also)).taken()
    assert [str(key) for key in by_series(pages)] == [
        'hw.power{host.name="n",hw.id="GPU-1",hw.type="gpu",hw.vendor="NVIDIA"}'
    ]
    assert [*reports[0].refused.items()] == [("numbers with which DCGM says that it has none", 1)]


def test_series_beyond_the_most_are_counted() -> None:
    many = [one(i=str(i)) for i in range(5)]
    reports, pages = Server(lambda _: matrix(*many)).taken(max_series=2)
    assert len(by_series(pages)) == 2
    assert reports[0].refused == {"series beyond max_series": 3}


def test_facts_come_from_the_newest_page_only() -> None:
    told = one("DCGM_FI_DEV_GPU_UTIL", "5", UUID="G", job="d", DCGM_FI_DRIVER_VERSION="580.1")
    reports, _ = Server(lambda _: matrix(told)).taken()
    assert ("nvidia.driver.version", "580.1") in {
        (fact.name, fact.value) for report in reports for fact in report.facts
    }


def test_a_server_that_refuses_samples_gives_values_at_steps_that_say_so() -> None:
    server = Server(lambda _: refused(400, "no range vectors here"), lambda _: matrix(one()))
    _, pages = server.taken()
    ((key, _),) = by_series(pages).items()
    assert key.label("reinfra.derived_from") == "the server's value every 60 s"


def test_who_is_refused_altogether_hears_why_and_no_secret(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    monkeypatch.setenv("TOKEN", SECRET)
    server = Server(lambda _: httpx.Response(401, text="who are you"))
    with pytest.raises(CollectorError, match=r"401 who are you.*Check url, tenant") as raised:
        server.taken(bearer_env="TOKEN", tenant="ml")
    assert server.requests[-1].headers["Authorization"] == f"Bearer {SECRET}"
    assert server.requests[-1].headers["X-Scope-OrgID"] == "ml"
    assert SECRET not in str(raised.value)
    assert SECRET not in caplog.text


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (httpx.Response(503, text="busy"), "no answer: 503 busy"),
        (httpx.Response(429, headers={"Retry-After": "0"}), "no answer: 429"),
        (refused(422, "too many samples"), "refuses so large a request: 422 too many"),
        (httpx.Response(200, text="<html>"), "no Prometheus-compatible server"),
    ],
)
def test_a_server_that_fails_is_a_failing_source_and_no_failing_store(
    answer: httpx.Response, said: str
) -> None:
    with pytest.raises(CollectorError, match=said) as raised:
        Server(lambda _: answer).taken()
    assert not isinstance(raised.value, StoreError)


def test_what_passes_is_waited_out() -> None:
    answers = iter([httpx.Response(429, headers={"Retry-After": "0"}), matrix(one())])
    _, pages = Server(lambda _: next(answers)).taken()
    assert len(by_series(pages)) == 1


def test_a_page_before_a_failing_one_is_kept() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        time = float(parse_qs(request.content.decode())["time"][0])
        return matrix(one()) if time * SECOND < NOW - DAY // 2 else httpx.Response(503)

    collector = source("http://there", httpx.MockTransport(Server(answer)), select=["a"])
    given = collector.resume(str(NOW - DAY))
    cursors: list[str] = []
    with pytest.raises(CollectorError, match="503"):
        cursors.extend(page.cursor for page in given if isinstance(page, Page))
    assert len(cursors) > 1
    assert int(cursors[-1]) < NOW


def test_no_question_has_more_steps_than_a_server_takes() -> None:
    server = Server(lambda _: matrix())
    server.taken(str(NOW - 3 * DAY), select=[], queries=[{"name": "q", "expression": "x"}], step=1)
    spans = [
        (float(each["end"]) - float(each["start"])) / float(each["step"]) + 1
        for each in server.asked
    ]
    assert max(spans) <= POINTS < 11_000
    assert sum(spans) == 3 * 86_400


def test_requests_to_amazons_service_are_signed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKID")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    server = Server(lambda _: matrix(one()))
    server.taken(region="eu-west-1")
    for request in server.requests:
        assert "/eu-west-1/aps/aws4_request" in request.headers["Authorization"]
        assert SECRET not in json.dumps(dict(request.headers))


def test_a_cursor_that_is_none_is_said() -> None:
    with pytest.raises(CollectorError, match="no place to go on from"):
        Server(lambda _: matrix()).taken("yesterday")


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"select": []},
        {"select": ["rate(x[5m])"]},
        {"select": ["sum(x)"]},
        {"select": ["9x"]},
        {"select": [""]},
        {"select": ["a"], "url": "ftp://there"},
        {"select": ["a"], "url": "http://me:secret@there"},
        {"select": ["a"], "username": "me"},
        {"select": ["a"], "region": "eu-west-1", "bearer_env": "T"},
    ],
)
def test_settings_that_cannot_be_meant_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        PrometheusSource.model_validate({"url": "http://there", **wrong})
