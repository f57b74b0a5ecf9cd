"""The fast way through NumberDataPoints gives what protobuf's own objects give."""

import struct
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.metrics.v1.metrics_pb2 import NumberDataPoint

from collectors.otlp.metrics import Metrics
from collectors.otlp.odd_numbers import STALE
from collectors.otlp.protobuf import DecodeError
from collectors.otlp.wire import MalformedError
from reinfra.model import ORIGIN_LABEL, Kind
from tests.collectors.otlp import building as make
from tests.collectors.otlp.reference import STALE as STALE_WORD
from tests.collectors.otlp.reference import Sample, comparable, plainly

HIDDEN = (ORIGIN_LABEL, *make.RESOURCE)
NAMES = st.sampled_from(("a", "b", "hw.id"))
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=150)


@st.composite
def points(draw: st.DrawFn) -> NumberDataPoint:
    made = make.point(
        draw(st.none() | st.integers(-(2**63), 2**63 - 1) | st.floats()),
        draw(st.just(0) | st.integers(1, 2**40)),
    )
    made.attributes.extend(make.attributes(draw(st.dictionaries(NAMES, TEXTS, max_size=3))))
    if draw(st.booleans()):
        made.start_time_unix_nano = draw(st.integers(0, 2**63))
    made.flags = draw(st.sampled_from((0, 0, 0, 1, 2)))
    for _ in range(draw(st.sampled_from((0, 0, 0, 2)))):
        made.exemplars.add(as_double=1.5, time_unix_nano=7, span_id=b"s" * 8)
    return made


@st.composite
def requests(draw: st.DrawFn) -> bytes:
    request = ExportMetricsServiceRequest()
    for number in range(draw(st.integers(0, 3))):
        one = request.resource_metrics.add()
        one.resource.attributes.extend(make.attributes({"host.name": f"h{number}"}))
        for place in range(draw(st.integers(0, 3))):
            found = draw(st.lists(points(), max_size=5))
            kind = draw(st.sampled_from(("gauge", "delta", "cumulative", "level")))
            name = f"m{number}.{place}"
            made = (
                make.gauge(name, *found)
                if kind == "gauge"
                else make.total(
                    name, *found, temporality=1 if kind == "delta" else 2, monotonic=kind != "level"
                )
            )
            one.scope_metrics.add().metrics.append(made)
    return bytes(request.SerializeToString())


def read(reader: Metrics, raw: bytes) -> list[Sample]:
    """The samples of a request, in the form of the reference."""
    received = reader.read(raw)
    received.safe()
    batch = received.batch
    stale = int(np.array([STALE]).view(np.int64)[0])
    bits = batch.value.view(np.int64).tolist()
    found: list[Sample] = []
    for series, at, value, bit in zip(
        batch.series.tolist(), batch.at.tolist(), batch.value.tolist(), bits, strict=True
    ):
        key = batch.keys[series]
        labels = tuple(p for p in key.labels if p[0] not in HIDDEN)
        shown = STALE_WORD if bit == stale else comparable(value)
        found.append((key.metric, labels, key.kind, at, shown))
    return found


@settings(max_examples=40, deadline=None)
@given(requests())
def test_every_request_is_read_as_protobuf_reads_it(raw: bytes) -> None:
    reader, expected = make.reader(), set(plainly(raw))
    for _ in range(2):  # new, then known
        found = read(reader, raw)
        assert set(found) <= expected
        assert Counter(one[:4] for one in found) == Counter({one[:4] for one in expected})


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.floats(), st.integers(1, 2**40)), min_size=20, max_size=20))
def test_a_request_built_as_the_one_before_gives_its_own_numbers(
    numbers: list[tuple[float, int]],
) -> None:
    def request(shift: int) -> bytes:
        shifted = [(value + shift, at + shift) for value, at in numbers]
        named = [make.point(value, at, id=str(i)) for i, (value, at) in enumerate(shifted)]
        started = [make.point(7 + shift, at, id=str(i)) for i, (_, at) in enumerate(shifted)]
        for one in started:
            one.start_time_unix_nano = 1
        return make.metrics(make.gauge("g", *named), make.total("t", *started))

    reader = make.reader()
    for shift in range(4):
        raw = request(shift)
        assert Counter(read(reader, raw)) == Counter(plainly(raw))
    assert reader._memory.layouts._known


@pytest.mark.parametrize("change", [b"\x19", b"x"])
def test_a_request_of_the_same_length_but_other_attributes_is_read_anew(change: bytes) -> None:
    reader = make.reader()
    many = [make.point(float(i), id=f"GPU-{i:02}") for i in range(20)]
    raw = make.metrics(make.gauge("g", *many))
    for _ in range(3):
        read(reader, raw)
    other = raw.replace(b"GPU-07", b"GPU-" + change * 2)
    assert Counter(read(reader, other)) == Counter(plainly(other))


@st.composite
def damaged(draw: st.DrawFn) -> tuple[bytes, bytes]:
    """A request, and the same with a byte changed and perhaps its end cut off."""
    raw = draw(requests())
    changed = bytearray(raw)
    if changed:
        changed[draw(st.integers(0, len(raw) - 1))] = draw(st.integers(0, 255))
    return raw, bytes(changed[: draw(st.integers(0, len(raw)) | st.just(len(raw)))])


@settings(max_examples=30, deadline=None)
@given(damaged())
def test_what_is_refused_is_refused_by_protobuf_too(given_bytes: tuple[bytes, bytes]) -> None:
    try:
        make.reader().read(given_bytes[1])
    except MalformedError:
        with pytest.raises(DecodeError):
            ExportMetricsServiceRequest.FromString(given_bytes[1])


@settings(max_examples=30, deadline=None)
@given(damaged())
def test_what_was_read_before_changes_nothing(given_bytes: tuple[bytes, bytes]) -> None:
    raw, changed = given_bytes
    known = make.reader()
    for _ in range(2):
        read(known, raw)
    try:
        found = Counter(read(make.reader(), changed))
    except MalformedError:
        with pytest.raises(MalformedError):
            read(known, changed)
    else:
        again = Counter(one for one in read(known, changed) if one[4] != 0.0)
        assert again == Counter({one: n for one, n in found.items() if one[4] != 0.0})


def test_fields_in_another_order_are_read() -> None:
    """Some encoders write a point's attributes first, as the proto file does."""
    attribute = make.attributes({"hw.id": "GPU-0"})[0].SerializeToString()
    tail = b"\x3a" + bytes([len(attribute)]) + attribute
    time = b"\x19" + struct.pack("<Q", make.AT * make.NANOSECONDS)
    odd = tail + b"\x21" + struct.pack("<d", 2.5) + time
    body = b"\x0a" + bytes([len(odd)]) + odd
    metric = b"\x0a\x01m\x2a" + bytes([len(body)]) + body
    scope = b"\x12" + bytes([len(metric)]) + metric
    resource = b"\x12" + bytes([len(scope)]) + scope
    raw = b"\x0a" + bytes([len(resource)]) + resource
    assert read(make.reader(), raw) == [("m", (("hw.id", "GPU-0"),), Kind.GAUGE, make.AT, 2.5)]
    assert read(make.reader(), raw) == list(plainly(raw))


def test_a_stale_marker_keeps_its_bits() -> None:
    gone = make.point(None, hw_id="GPU-0")
    gone.flags = 1
    batch = make.reader().read(make.metrics(make.gauge("hw.gpu.utilization", gone, unit="%"))).batch
    assert hex(batch.value.view(np.uint64)[0]) == "0x7ff0000000000002"


def test_integers_that_a_double_cannot_hold_are_said() -> None:
    many = [make.point(2**53 + one, id=str(one)) for one in (0, 1)]
    reader = make.reader()
    for _ in range(2):  # by both ways
        received = reader.read(make.metrics(make.gauge("g", *many)))
        assert received.complaints.noted == {"integers beyond 2^53, kept to 16 digits": 1}
        assert not received.complaints.refused


@pytest.mark.parametrize(
    ("point", "why"),
    [
        (make.point(1.0, 0), "no time"),
        (make.point(None), "no value"),
        (make.point(1.0, x="v" * 1_025), "an attribute longer than 1,024 characters"),
        (make.point(1.0, x="a\0b"), "an attribute without a name, or with a NUL character"),
        (make.point(1.0, **{f"n{i}": 1 for i in range(65)}), "more than 64 attributes"),
    ],
)
def test_a_point_that_cannot_be_taken_is_refused_with_its_reason(
    point: NumberDataPoint, why: str
) -> None:
    reader = make.reader()
    for _ in range(2):  # new, then known
        received = reader.read(make.metrics(make.gauge("g", make.point(3.0), point)))
        assert received.complaints.refused == {why: 1}
        assert received.batch.value.tolist() == [3.0]
        assert received.items == 2
