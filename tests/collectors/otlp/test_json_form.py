"""OTLP/JSON against protobuf's own JSON mapping, but for what the specification has otherwise."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.proto.metrics.v1.metrics_pb2 import (
    HistogramDataPoint,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from collectors.otlp import json_form
from collectors.otlp.json_form import from_json
from collectors.otlp.signals import METRICS, SIGNALS, TRACES, Signal
from collectors.otlp.wire import MalformedError, TooLargeError
from tests.collectors.otlp import building as make
from tests.collectors.otlp.json_printing import as_otlp

VALUES = st.recursive(
    st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False)
    | st.text(max_size=5)
    | st.binary(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(max_examples=30, deadline=None)
@given(st.dictionaries(st.text(max_size=3), VALUES, max_size=3), st.booleans())
def test_what_protobuf_prints_is_read_back(given_attributes: dict[str, Any], buckets: bool) -> None:  # noqa: FBT001
    one = make.span(attributes=make.attributes(given_attributes), kind=Span.SPAN_KIND_SERVER)
    one.links.add(trace_id=b"x" * 16, span_id=b"y" * 8)
    one.events.add(name="e", time_unix_nano=2**63)
    raw = make.traces(one)
    whole = TRACES.request.FromString(raw)
    assert from_json(TRACES.request(), json.dumps(as_otlp(whole)).encode()) == whole
    point = HistogramDataPoint(count=2**64 - 1, bucket_counts=[2**64 - 1], explicit_bounds=[0.5])
    other = make.pb.ExponentialHistogramDataPoint(
        scale=-3, positive={"offset": -(2**31), "bucket_counts": [1]}
    )
    for message in (point, other) if buckets else ():
        assert from_json(type(message)(), json.dumps(as_otlp(message)).encode()) == message


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda one: one.name)
def test_unknown_names_and_original_names_are_ignored(signal: Signal) -> None:
    raw = b'{"unknown": 1, "resource_metrics": 7, "resource_spans": 7, "resource_logs": 7}'
    assert from_json(signal.request(), raw) == signal.request()


def test_64_bit_integers_are_numbers_or_strings() -> None:
    for written in ("18446744073709551615", '"18446744073709551615"'):
        found = from_json(HistogramDataPoint(), f'{{"count": {written}}}'.encode())
        assert found.count == 2**64 - 1


def test_null_is_absent_and_ids_may_be_in_capitals() -> None:
    raw = b'{"traceId": "5B8EFFF798038103D269B633813FC60C", "name": null, "status": {}}'
    found = from_json(Span(), raw)
    assert found.trace_id.hex() == "5b8efff798038103d269b633813fc60c"
    assert found.HasField("status")


@pytest.mark.parametrize(
    "raw",
    [
        '{"kind": "SPAN_KIND_SERVER"}',
        '{"traceId": "xyz"}',
        '{"name": 7}',
        '{"startTimeUnixNano": "1.5"}',
        '{"startTimeUnixNano": "-1"}',
        '{"startTimeUnixNano": 1e400}',
        '{"startTimeUnixNano": 18446744073709551616}',
        '{"startTimeUnixNano": true}',
        '{"startTimeUnixNano": "1_0"}',
        '{"attributes": {}}',
        '{"attributes": [7]}',
        '{"status": []}',
        '{"name": "\\ud800"}',
        '{"attributes": [{"value": {"boolValue": 1}}]}',
        '{"attributes": [{"value": {"doubleValue": "one"}}]}',
        '{"attributes": [{"value": {"bytesValue": "!"}}]}',
        '{"flags": NaN}',
        "",
        "7",
    ],
)
def test_what_the_mapping_does_not_allow_is_refused(raw: str) -> None:
    with pytest.raises(MalformedError) as raised:
        from_json(Span(), raw.encode())
    assert str(raised.value)


def test_json_beyond_its_limit_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_form, "MOST_BYTES", 10)
    with pytest.raises(TooLargeError):
        from_json(METRICS.request(), b" " * 9 + b"{}")
