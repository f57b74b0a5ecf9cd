"""Throttling, expired tokens, half answers: recorded replies, put on the client's wire before it sends."""

import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.stub import ANY, Stubber

from collectors import CollectorError
from collectors.cloudwatch.collector import CloudWatch
from reinfra.config.sources.cloudwatch import CloudWatchSource
from reinfra.model import MINUTE, SECOND, Coverage, ExitCode, Page, Report
from tests.collectors.cloudwatch.conftest import NOW, SECRET, Cloud, Open, samples, taken

METRIC = {
    "namespace": "AWS/Kinesis",
    "metric": "IncomingBytes",
    "statistic": "Sum",
    "dimensions": {"StreamName": "orders"},
}


class Body:
    """A response's body as urllib3 gives it."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self) -> Iterator[bytes]:
        yield self._content


def refusal(code: str, words: str = "") -> Callable[..., AWSResponse]:
    """CloudWatch's answer to a request that it refuses, in the protocol that the client speaks."""

    def answer(request: AWSPreparedRequest, **_: object) -> AWSResponse:
        headers = HTTPHeaders()
        headers["x-amzn-query-error"] = f"{code};Sender"
        headers["smithy-protocol"] = "rpc-v2-cbor"
        text = f'{{"__type": "{code}", "message": "{words}"}}'.encode()
        if "cbor" in str(request.headers.get("Content-Type", "")):
            text = _cbor({"__type": code, "message": words})
        return AWSResponse(request.url, 400, headers, Body(text))

    return answer


def _cbor(pairs: dict[str, str]) -> bytes:
    """A map of short texts (RFC 8949)."""
    texts = [text.encode() for pair in pairs.items() for text in pair]
    heads = [bytes([0x60 | len(one)] if len(one) < 24 else [0x78, len(one)]) for one in texts]
    body = b"".join(head + one for head, one in zip(heads, texts, strict=True))
    return bytes([0xA0 | len(pairs)]) + body


def refuse(
    source: CloudWatch, operation: str, answer: Callable[..., AWSResponse], times: int
) -> None:
    left = iter(range(times))

    def next_answer(request: AWSPreparedRequest, **about: object) -> AWSResponse | None:
        return answer(request, **about) if next(left, None) is not None else None

    source.account.client.meta.events.register_first(
        f"before-send.cloudwatch.{operation}",
        next_answer,  # type: ignore[arg-type]  # the stubs know of no handler that answers
    )


def test_throttling_is_waited_out_and_counted(cloud: Cloud, opened: Open) -> None:
    cloud.put("AWS/Kinesis", "IncomingBytes", METRIC["dimensions"], {NOW - MINUTE: 8.0})  # type: ignore[arg-type]
    source = opened(metrics=[METRIC])
    refuse(source, "GetMetricData", refusal("ThrottlingException"), 2)
    _, pages = taken(source)
    assert [*samples(pages).values()] == [{NOW - MINUTE: 8.0}]
    batch = pages[-1].batch
    told = {batch.keys[i].metric: float(v) for i, v in zip(batch.series, batch.value, strict=True)}
    assert told["reinfra.cloudwatch.requests.throttled"] == 2
    assert told["reinfra.cloudwatch.requests"] == 3


@pytest.mark.parametrize(
    ("operation", "code", "said"),
    [
        ("GetMetricData", "ThrottlingException", "fewer requests.*goes on where it stopped"),
        ("GetMetricData", "ExpiredToken", "credentials have expired"),
        ("GetMetricData", "SignatureDoesNotMatch", "does not know these credentials"),
        ("ListMetrics", "AccessDenied", "ListMetrics: AccessDenied.*Grant what docs/guide"),
        ("ListMetrics", "InternalFailure", "AWS refused"),
    ],
)
def test_a_refusal_says_what_to_do_and_no_secret(
    opened: Open, operation: str, code: str, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    any_stream = {**METRIC, "dimensions": {"StreamName": "*"}}
    source = opened(metrics=[any_stream if operation == "ListMetrics" else METRIC])
    refuse(source, operation, refusal(code, f"the string to sign was {SECRET}"), 100)
    with pytest.raises(CollectorError, match=said) as raised:
        taken(source)
    assert raised.value.exit_code is ExitCode.USAGE
    assert SECRET not in str(raised.value)
    assert SECRET not in caplog.text


def test_without_credentials_or_a_server_it_is_one_line(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(CollectorError, match="cannot be read: EndpointConnectionError"):
        taken(opened(metrics=[METRIC], endpoint_url="http://127.0.0.1:1"))
    with pytest.raises(CollectorError, match="endpoint_url or region is not valid"):
        taken(opened(metrics=[METRIC], endpoint_url="not a url"))
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    with pytest.raises(CollectorError, match="no AWS credentials were found"):
        taken(opened(metrics=[METRIC]))


def reply(*results: dict[str, Any]) -> dict[str, Any]:
    made = [
        {"Id": "m0", "Label": "", "Timestamps": [], "Values": [], "StatusCode": "Complete", **one}
        for one in results
    ]
    return {"MetricDataResults": made}


def stubbed(opened: Open, *replies: dict[str, Any], **settings: object) -> list[Page | Report]:
    source = opened(metrics=[METRIC], **settings)
    with Stubber(source.account.client) as stub:
        for i, one in enumerate(replies):
            token = replies[i - 1].get("NextToken") if i else None
            expected = dict.fromkeys(["MetricDataQueries", "StartTime", "EndTime", "ScanBy"], ANY)
            stub.add_response(
                "get_metric_data", one, {**expected, **({"NextToken": token} if token else {})}
            )
        given = list(source.resume(None))
        stub.assert_no_pending_responses()
    return given


def at(time: int) -> datetime:
    return datetime.fromtimestamp(time / SECOND, UTC)


def test_a_partial_answer_goes_on_with_its_token(opened: Open) -> None:
    first, second = NOW - 2 * MINUTE, NOW - MINUTE
    half = {"StatusCode": "PartialData", "Timestamps": [at(first)], "Values": [1.0]}
    given = stubbed(
        opened,
        {**reply(half), "NextToken": "second"},
        reply({"Timestamps": [at(second)], "Values": [2.0]}),
    )
    assert isinstance(given[-1], Page)
    assert [*samples([given[-1]]).values()] == [{first: 1.0, second: 2.0}]
    assert len(given) == 2


def test_an_answer_that_stays_partial_is_kept_and_said(opened: Open) -> None:
    half = {
        "StatusCode": "PartialData",
        "Timestamps": [at(NOW - MINUTE)],
        "Values": [1.0],
        "Messages": [{"Code": "Slow", "Value": "try later"}],
    }
    given = stubbed(opened, reply(half), reply(half), reply(half))
    _, report, page = given
    assert isinstance(report, Report)
    (absence,) = report.absences
    assert absence.state is Coverage.FAILING
    assert absence.signal == "aws.kinesis.io"
    assert absence.reason.startswith("CloudWatch: PartialData for values from 2026-")
    assert absence.reason.endswith("Slow try later")
    assert isinstance(page, Page)
    assert [*samples([page]).values()] == [{NOW - MINUTE: 1.0}]


def test_what_is_forbidden_is_not_asked_for_again(opened: Open) -> None:
    _, report, page = stubbed(opened, reply({"StatusCode": "Forbidden"}))
    assert isinstance(report, Report)
    assert "Forbidden" in report.absences[0].reason
    assert isinstance(page, Page)
    assert samples([page]) == {}


def test_an_internal_error_that_passes_leaves_no_trace(opened: Open) -> None:
    good = reply({"Timestamps": [at(NOW - MINUTE)], "Values": [1.0]})
    given = stubbed(opened, reply({"StatusCode": "InternalError"}), good)
    assert [type(one) for one in given] == [Report, Page]


def test_values_outside_the_window_are_refused(opened: Open) -> None:
    times = [at(NOW - MINUTE), at(NOW + MINUTE)]
    given = stubbed(opened, reply({"Timestamps": times, "Values": [1.0, 2.0]}, {"Id": "m7"}))
    assert isinstance(given[1], Report)
    assert given[1].refused == {"values outside the period that was asked for": 1}


def test_an_answer_that_does_not_fit_together_is_no_answer(opened: Open) -> None:
    with pytest.raises(CollectorError, match="do not match"):
        stubbed(opened, reply({"Timestamps": [at(NOW)], "Values": []}))


def test_a_cursor_that_is_none_is_said(opened: Open) -> None:
    with pytest.raises(CollectorError, match="no place to go on from: 'x'"):
        taken(opened(metrics=[METRIC]), "x")


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"presets": ["bedrok"]},
        {"presets": []},
        {"presets": [], "metrics": [{**METRIC, "statistic": "median"}]},
        {"presets": [], "metrics": [{**METRIC, "period": 420}]},
        {"presets": ["ecs"], "role_arn": "reader"},
        {"presets": ["ecs"], "external_id": "a b"},
    ],
)
def test_settings_that_cannot_be_meant_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        CloudWatchSource.model_validate(wrong)
