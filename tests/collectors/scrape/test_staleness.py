"""What a page has no more, or a target does not say any more, has ended: and is no value."""

import contextlib
from collections.abc import Iterator

import numpy as np

from collectors.base import CollectorError
from collectors.scrape.collector import Scrape
from reinfra.model import MINUTE, Batch
from reinfra.store import Selector, Source, Store
from reinfra.store.grid import STALE_NAN
from tests.collectors.scrape.loopback import NOW, Exporter, clocked, collected, scraper


def is_stale(value: float) -> bool:
    return bool(np.array([value]).view(np.int64)[0] == STALE_NAN)


class Time:
    """A clock that a test moves by hand."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> int:
        return self.now


def test_a_series_that_disappears_ends_at_the_scrape_that_lacks_it(target: Exporter) -> None:
    clock = Time()
    scrape = clocked(target, clock, {})
    target.body = b"a 1\nb 2\n"
    collected(scrape)
    clock.now += MINUTE
    target.body = b"a 3\n"
    given = collected(scrape)
    assert given.value("a") == 3
    assert is_stale(given.value("b"))
    assert set(given.at.values()) == {NOW + MINUTE}
    assert not any(is_stale(value) for value in collected(scrape).samples.values())


def test_a_series_that_comes_back_is_a_series_again(target: Exporter) -> None:
    scrape = scraper(target)
    for body, stale in [(b"a 1\nb 2\n", 0), (b"a 1\n", 1), (b"a 1\nb 2\n", 0), (b"b 2\n", 1)]:
        target.body = body
        given = collected(scrape)
        assert sum(map(is_stale, given.samples.values())) == stale
        assert len(given.samples) == body.count(b"\n") + stale


def test_a_target_that_fails_ends_all_its_series_once(target: Exporter) -> None:
    scrape = scraper(target)
    target.body = b"a 1\nb 2\n"
    collected(scrape)
    target.status = "500 no"
    given = collected(scrape)
    assert given.error is not None
    assert len(given.samples) == 2
    assert all(map(is_stale, given.samples.values()))
    assert collected(scrape).samples == {}
    target.status = "200 OK"
    assert collected(scrape).value("a") == 1


def test_a_malformed_page_ends_all_series_too(target: Exporter) -> None:
    scrape = scraper(target)
    target.body = b"a 1\n"
    collected(scrape)
    target.body = b"a oops\n"
    given = collected(scrape)
    assert given.error is not None
    assert all(map(is_stale, given.samples.values()))


def test_a_series_with_times_of_its_own_gets_no_marker(target: Exporter) -> None:
    scrape = scraper(target)
    target.body = f"a 1 {NOW - 5}\nb 2\nc 3\n".encode()
    collected(scrape)
    target.body = b"c 3\n"
    given = collected(scrape)
    assert {key.metric for key in given.samples} == {"b", "c"}


def test_a_page_cannot_write_a_marker_itself(target: Exporter) -> None:
    target.body = b"a NaN\nb nan\n"
    given = collected(scraper(target))
    assert not any(is_stale(value) for value in given.samples.values())


def test_the_store_reads_what_was_scraped_with_gap_and_reset(
    target: Exporter, store: Store
) -> None:
    clock = Time()
    clock.now = store.clock() // MINUTE * MINUTE - 10 * MINUTE
    begun = clock.now
    scrape = clocked(target, clock, {})
    for body in (b"a_total 10\ng 1\n", b"a_total 15\ng 2\n", b"", b"a_total 4\ng 3\n"):
        target.status = "200 OK" if body else "500 no"
        target.body = b"# TYPE a_total counter\n# TYPE g gauge\n" + body
        for batch in _batches(scrape):
            store.write(batch, Source(scrape.name))
        clock.now += MINUTE
    block = store.read(store.series(Selector()), begun, clock.now, MINUTE)
    values = dict(zip([key.metric for key in block.keys], block.values.tolist(), strict=True))
    np.testing.assert_equal(values["g"], [1, 2, np.nan, 3])
    np.testing.assert_equal(values["a_total"], [np.nan, 5, np.nan, 4])
    assert block.mask.tolist() == [[False, True, False, True], [True, True, False, True]]


def _batches(scrape: Scrape) -> Iterator[Batch]:
    with contextlib.suppress(CollectorError):
        for each in scrape.collect():
            if isinstance(each, Batch):
                yield each
