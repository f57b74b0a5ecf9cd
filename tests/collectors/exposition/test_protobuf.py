import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.exposition import UNTIMED, Exposition, Grammar, Native, Point, Reader, Type
from collectors.exposition.model import Family
from collectors.exposition.native import cumulative
from tests.collectors.exposition.messages import (
    delimited,
    double,
    family,
    label,
    message,
    native,
    varint,
    whole,
)
from tests.collectors.exposition.pages import DATA, lines, refusal

COUNTER, GAUGE, SUMMARY, UNTYPED, HISTOGRAM, GAUGE_HISTOGRAM = range(6)


def read(raw: bytes) -> Exposition:
    return Reader().read(raw, Grammar.PROTOBUF)


def test_the_page_of_the_expfmt_corpus_is_read_whole() -> None:
    page = read((DATA / "expfmt_protobuf.bin").read_bytes())
    found = lines(page)
    assert len(found) == len(page.points) == 248
    assert found['http_request_duration_microseconds_count{handler="/"}'] == 0
    assert {point.family.type for point in page.points} == {
        Type.COUNTER,
        Type.GAUGE,
        Type.SUMMARY,
    }


def test_values_labels_times_and_units_are_read() -> None:
    metric = label("a", "é") + message(2, double(1, 2.5)) + whole(6, -5)
    body = message(1, "m") + whole(3, GAUGE) + message(4, metric) + message(5, "seconds")
    page = read(delimited(body))
    assert page.points == (Point("m", (("a", "é"),), Family("m", Type.GAUGE, "seconds")),)
    assert (page.value.tolist(), page.at.tolist()) == ([2.5], [-5])


def test_a_classic_histogram_gets_its_last_bucket_from_the_count() -> None:
    bucket = message(3, whole(1, 2) + double(2, 0.5))
    page = read(family("h", HISTOGRAM, message(7, whole(1, 3) + double(2, 7.0) + bucket)))
    assert lines(page) == {
        'h_bucket{le="0.5"}': 2,
        'h_bucket{le="+Inf"}': 3,
        "h_sum{}": 7,
        "h_count{}": 3,
    }


def test_a_summary_has_its_quantiles() -> None:
    quantile = message(3, double(1, 0.9) + double(2, 4.0))
    page = read(family("s", SUMMARY, message(4, whole(1, 3) + double(2, 7.0) + quantile)))
    assert lines(page) == {"s_count{}": 3, "s_sum{}": 7, 's{quantile="0.9"}': 4}


def test_a_native_histogram_is_kept_with_its_buckets() -> None:
    page = read(family("h", HISTOGRAM, label("a", "b") + native(0, {-1: 2, 0: 1, 3: 5}, zero=4)))
    (found,) = page.natives
    assert found.positive == ((-1, 2.0), (0, 1.0), (3, 5.0))
    assert (found.count, found.zero, found.schema, found.at) == (12, 4, 0, UNTIMED)
    assert found.point.labels == (("a", "b"),)


@pytest.mark.parametrize(
    "raw",
    [
        b"\x05ab",
        b"\xff" * 11,
        delimited(b"\x0a\x09name"),
        delimited(whole(3, COUNTER)),
        family("m", 9, message(2, double(1, 1.0))),
        family("m", GAUGE, message(2, varint(1 << 3 | 2) + b"\x01x")),
        family("m", GAUGE, label("a", "1") + label("a", "2") + message(2, double(1, 1.0))),
        family("h", HISTOGRAM, native(9, {0: 1})),
        family("h", HISTOGRAM, message(7, whole(7, 1) + message(12, whole(2, 5)))),
        family("h", HISTOGRAM, message(7, whole(7, 1) + message(12, whole(2, 1 << 40)))),
        delimited(message(1, b"\xff")),
        delimited(b"\x0b"),
    ],
)
def test_bytes_that_are_no_page_are_refused_with_the_message_they_are_in(raw: bytes) -> None:
    assert refusal(raw, Grammar.PROTOBUF).startswith("message 1: malformed exposition: ")


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_end_as_a_page_or_one_error(raw: bytes) -> None:
    refusal(raw, Grammar.PROTOBUF)
    refusal(delimited(raw), Grammar.PROTOBUF)


COUNTS = st.dictionaries(st.integers(-300, 300), st.integers(1, 1000), max_size=40)


@settings(max_examples=60, deadline=None)
@given(
    COUNTS,
    COUNTS,
    st.integers(0, 100),
    st.integers(0, 8),
    st.sampled_from([4, 160]),
    st.sampled_from([0.0, 1e-100, 0.5]),
)
def test_native_buckets_add_up_to_the_count_at_any_resolution(
    positive: dict[int, int],
    negative: dict[int, int],
    zero: int,
    schema: int,
    most: int,
    width: float,
) -> None:
    total = sum(positive.values()) + sum(negative.values()) + zero
    point = Point("h", (), Family("h", Type.HISTOGRAM))
    given_ = Native(
        point, 0, schema, total, 0.0, width, zero,
        tuple(sorted((i, float(n)) for i, n in positive.items())),
        tuple(sorted((i, float(n)) for i, n in negative.items())),
    )  # fmt: skip
    buckets = cumulative(given_, most)
    uppers = [bucket.upper for bucket in buckets]
    totals = [bucket.total for bucket in buckets]
    assert uppers == sorted(uppers)
    assert totals == sorted(totals)
    assert (uppers[-1], totals[-1], totals[-2]) == (math.inf, total, total)
    if most == 160 and width < 2**-300:
        base = 2 ** (2**-schema)
        for index in positive:
            below = sum(n for i, n in positive.items() if i <= index)
            at = min(uppers, key=lambda upper: abs(upper - base**index))
            assert totals[uppers.index(at)] == below + zero + sum(negative.values())
