"""Native histograms as `le` series whose bounds stay."""

import math

from collectors.scrape.collector import Scrape
from reinfra.model import Kind
from tests.collectors.exposition.messages import family, label, message, native, whole
from tests.collectors.scrape.loopback import PROTOBUF, Exporter, collected, scraper

HISTOGRAM, GAUGE_HISTOGRAM = 4, 5


def buckets(scrape: Scrape, metric: str) -> dict[float, float]:
    given = collected(scrape)
    assert given.error is None
    return {float(key.label("le")): given.samples[key] for key in given.keys(metric)}


def opened(target: Exporter) -> Scrape:
    target.headers["Content-Type"] = PROTOBUF
    return scraper(target, formats=("protobuf",))


def test_exponential_buckets_are_cumulative_at_their_upper_bounds(target: Exporter) -> None:
    scrape = opened(target)
    counts = native(0, {-1: 2, 0: 1, 3: 5}, zero=4, sum_=6.5)
    target.body = family(
        "vllm:time_to_first_token_seconds", HISTOGRAM, label("model_name", "m") + counts
    )
    assert buckets(scrape, "gen_ai.server.time_to_first_token") == {
        2.0**-128: 4,
        0.5: 6,
        1.0: 7,
        8.0: 12,
        math.inf: 12,
    }
    given = collected(scrape)
    assert given.value("gen_ai.server.time_to_first_token.sum", gen_ai__request__model="m") == 6.5
    assert given.value("gen_ai.server.time_to_first_token.count") == 12


def test_a_bound_seen_once_is_given_with_every_scrape(target: Exporter) -> None:
    scrape = opened(target)
    target.body = family("h", HISTOGRAM, native(0, {0: 1, 3: 5}))
    buckets(scrape, "h")
    target.body = family("h", HISTOGRAM, native(0, {0: 1, 2: 4, 3: 5}))
    assert buckets(scrape, "h")[4.0] == 5
    target.body = family("h", HISTOGRAM, native(0, {0: 1, 3: 9}))
    found = buckets(scrape, "h")
    assert (found[1.0], found[4.0], found[8.0]) == (1, 1, 10)


def test_a_bound_within_a_coarser_bucket_is_not_known_any_more(target: Exporter) -> None:
    scrape = opened(target)
    target.body = family("h", HISTOGRAM, native(1, {1: 1, 2: 1}))
    assert set(buckets(scrape, "h")) == {2.0**-128, math.sqrt(2), 2.0, math.inf}
    target.body = family("h", HISTOGRAM, native(0, {1: 3}))
    found = buckets(scrape, "h")
    assert math.isnan(found.pop(math.sqrt(2)))  # the marker of its end
    assert found == {2.0**-128: 0, 2.0: 3, math.inf: 3}
    assert set(buckets(scrape, "h")) == set(found)


def test_a_histogram_that_also_has_classic_buckets_keeps_those(target: Exporter) -> None:
    both = native(0, {0: 1}) + message(7, message(3, whole(1, 1) + b"\x11" + bytes(8)))
    target.body = family("h", HISTOGRAM, both)
    assert set(buckets(opened(target), "h")) == {0.0, math.inf}


def test_a_native_gauge_histogram_is_a_level(target: Exporter) -> None:
    target.body = family("h", GAUGE_HISTOGRAM, native(0, {0: 1}))
    scrape = opened(target)
    assert {key.kind for key in collected(scrape).samples} == {Kind.GAUGE}


def test_a_fine_histogram_is_read_at_a_resolution_that_can_be_stored(target: Exporter) -> None:
    target.body = family("h", HISTOGRAM, native(8, dict.fromkeys(range(1000), 1)))
    found = buckets(opened(target), "h")
    assert len(found) <= 162
    assert found[2.0] == 257  # 1 in the bucket up to 1, and 256 up to 2
