"""What goes over the wire, without a server."""

import json
import struct
from collections.abc import Callable

import httpx
import numpy as np
import pyarrow as pa
import pytest
import stamina
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from reinfra.model import Batch, InputError, Kind, SeriesKey
from reinfra.store import Selector, Source, Store, StoreError
from reinfra.store.backends.prometheus import Prometheus
from reinfra.store.http import Limits
from reinfra.store.prometheus_names import asked, exposed, restored
from reinfra.store.prompb import labels_of, time_series
from reinfra.store.remote_write import Sent, send
from reinfra.store.sigv4 import SigV4
from tests.store.conftest import NOW

Answer = Callable[[httpx.Request], httpx.Response]
POWER = SeriesKey.of("hw.power", {"host.name": "a"}, unit="W")


def sent(store: Store, answer: Answer) -> Sent:
    store.write(Batch.at_instant(NOW, [(POWER, 1.5)]), Source("live"))
    transport = httpx.MockTransport(answer)
    with stamina.set_testing(testing=True, attempts=3):
        return send(store, "http://there/write", Selector(), NOW, NOW + 1, transport=transport)


def test_a_request_is_the_bytes_of_the_specification(scratch: Store) -> None:
    taken = []

    def answer(request: httpx.Request) -> httpx.Response:
        assert request.headers["Content-Encoding"] == "snappy"
        assert request.headers["X-Prometheus-Remote-Write-Version"] == "0.1.0"
        taken.append(request.content)
        return httpx.Response(204)

    done = sent(scratch, answer)
    assert (done.series, done.samples, done.requests, done.refused) == (1, 1, 1, 0)
    name = b"\x0a\x14\x0a\x08__name__\x12\x08hw_power"
    host = b"\x0a\x0e\x0a\x09host_name\x12\x01a"
    millis = bytes((NOW >> 7 * i & 127) | (128 if i < 5 else 0) for i in range(6))
    sample = b"\x12\x10\x09" + struct.pack("<d", 1.5) + b"\x10" + millis
    body = name + host + sample
    expected = b"\x0a" + bytes([len(body)]) + body
    assert pa.decompress(taken[0], len(expected), codec="snappy", asbytes=True) == expected


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_may_pass_is_sent_again(scratch: Store, status: int) -> None:
    answers = iter([httpx.Response(status), httpx.Response(status), httpx.Response(204)])
    assert sent(scratch, lambda _: next(answers)).samples == 1


def test_what_never_passes_ends_with_the_servers_words(scratch: Store) -> None:
    with pytest.raises(StoreError, match=r"http://there/write: no answer: 503 busy"):
        sent(scratch, lambda _: httpx.Response(503, text="busy"))


def test_samples_that_are_refused_are_counted_and_sent_once(scratch: Store) -> None:
    tries: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        tries.append(request)
        return httpx.Response(400, text="out of bounds\n")

    done = sent(scratch, answer)
    assert (done.samples, done.refused, done.why) == (0, 1, "400 out of bounds")
    assert len(tries) == 1


def test_a_server_that_knows_us_not_is_an_error(scratch: Store) -> None:
    with pytest.raises(StoreError, match="401 who"):
        sent(scratch, lambda _: httpx.Response(401, text="who"))


def test_a_time_that_takes_other_bytes_is_refused() -> None:
    with pytest.raises(InputError, match="1971"):
        time_series(labels_of({}), np.array([5], np.int64), np.ones(1))


def test_requests_are_signed_as_botocore_signs_them() -> None:
    credentials = Credentials("AKID", "secret", "token")
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"status": "success", "data": []})

    url = "https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/ws-1"
    auth = SigV4(credentials, "eu-west-1")
    with Prometheus(url, auth=auth, transport=httpx.MockTransport(answer)) as store:
        store.series(Selector("hw.power"))
    assert [one.url.path.rpartition("/")[2] for one in seen] == ["metadata", "series"]
    for one in seen:
        plain = AWSRequest(one.method, str(one.url), data=one.content)
        plain.headers["X-Amz-Security-Token"] = "token"
        plain.headers["X-Amz-Date"] = one.headers["X-Amz-Date"]
        plain.context["timestamp"] = one.headers["X-Amz-Date"]
        signer = SigV4Auth(credentials, "aps", "eu-west-1")
        to_sign = signer.string_to_sign(plain, signer.canonical_request(plain))
        signature = signer.signature(to_sign, plain)
        assert one.headers["Authorization"].endswith(f"Signature={signature}")
        assert "/eu-west-1/aps/aws4_request" in one.headers["Authorization"]
        assert one.headers["X-Amz-Security-Token"] == "token"


@pytest.mark.parametrize(
    ("response", "said"),
    [
        (httpx.Response(404, text="nothing"), "404 nothing"),
        (httpx.Response(200, text="<html>"), "no Prometheus-compatible server"),
        (httpx.Response(200, json={"status": "error", "error": "bad"}), "did not answer: bad"),
        (httpx.Response(200, text="x" * 1001), "too large"),
    ],
)
def test_what_is_no_answer_is_one_line(response: httpx.Response, said: str) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        quiet = request.url.path.endswith("metadata")
        return httpx.Response(404) if quiet else response

    transport = httpx.MockTransport(answer)
    limits = Limits(max_bytes=1000)
    with (
        Prometheus("http://me:secret@there", transport=transport, limits=limits) as store,
        pytest.raises(StoreError, match=said) as raised,
    ):
        store.series(Selector("x"))
    assert "secret" not in str(raised.value)


def test_kinds_come_from_the_servers_metadata() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("metadata"):
            data: object = {"jobs": [{"type": "counter"}], "wait": [{"type": "histogram"}]}
        else:
            names = ("jobs", "wait_sum", "wait_bucket", "level")
            data = [{"__name__": name, "le": "1"} for name in names]
        return httpx.Response(200, content=json.dumps({"status": "success", "data": data}))

    with Prometheus("http://there", transport=httpx.MockTransport(answer)) as store:
        kinds = {one.key.metric: one.key.kind for one in store.series(Selector())}
    assert kinds == {
        "jobs": Kind.COUNTER,
        "wait_sum": Kind.COUNTER,
        "wait_bucket": Kind.HISTOGRAM,
        "level": Kind.GAUGE,
    }


@pytest.mark.parametrize(
    ("name", "metric", "kind"),
    [
        ("hw_power", "hw.power", Kind.GAUGE),
        ("hw_power_watts", "hw.power", Kind.GAUGE),
        (
            "gen_ai_server_request_duration_seconds_sum",
            "gen_ai.server.request.duration.sum",
            Kind.COUNTER,
        ),
        ("vllm:num_requests_running", "vllm:num_requests_running", Kind.GAUGE),
        ("http_requests_total", "http_requests_total", Kind.COUNTER),
    ],
)
def test_names_come_back_dotted_where_the_registry_knows_them(
    name: str, metric: str, kind: Kind
) -> None:
    key = restored({"__name__": name, "host_name": "a", "own_label": "b"}, {})
    assert (key.metric, key.kind) == (metric, kind)
    assert dict(key.labels) == {"host.name": "a", "own_label": "b"}
    assert name in asked(metric)


def test_labels_that_become_one_are_joined() -> None:
    key = SeriesKey.of("9.lives", {"a.b": "1", "a_b": "2"})
    assert exposed(key) == {"__name__": "_9_lives", "a_b": "1;2"}
