"""Every backend answers as the embedded store does on the same samples."""

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import boto3
import httpx
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from reinfra.model import HOUR, MINUTE, SECOND, Batch, Kind, SeriesBlock, SeriesKey, system_clock
from reinfra.store import (
    Matcher,
    Rule,
    SampleStore,
    Selector,
    Source,
    Store,
    StoreError,
    open_store,
)
from reinfra.store.backends.parquet import Parquet
from reinfra.store.backends.prometheus import Prometheus
from reinfra.store.columns import BLOCK
from reinfra.store.grid import STALE_NAN
from reinfra.store.http import Limits
from reinfra.store.parquet import export
from reinfra.store.remote_write import send
from reinfra.store.seal import seal
from tests.store.peers import free_port, prometheus, victoria_metrics

SPAN = 2 * HOUR
END = system_clock() // MINUTE * MINUTE - 2 * MINUTE
BEGIN = END - SPAN
STALE = np.array([STALE_NAN]).view(np.float64)[0]
LATENCY = "gen_ai.server.request.duration"
GAUGE = SeriesKey.of("hw.power", {"hw.id": 'a "b" \\c', "host.name": "one|two"}, unit="W")
NAN = SeriesKey.of("hw.temperature", {"hw.id": "nan"}, unit="Cel")
INFINITE = SeriesKey.of("infinite", {})
COUNTER = SeriesKey.of("requests_total", {"job": "x"}, Kind.COUNTER)
BUCKETS = tuple(
    SeriesKey.of(LATENCY, {"le": le}, Kind.HISTOGRAM, "s") for le in ("0.1", "1", "+Inf")
)
MANY = tuple(SeriesKey.of("load", {"service.name": f"s{i % 7}", "n": str(i)}) for i in range(300))

LOSSY = 1e-12
"""VictoriaMetrics keeps decimals of about 15 digits, so that a value may differ by this share."""


@dataclass(frozen=True)
class Backend:
    store: SampleStore
    rtol: float = 0.0
    keeps_nan: bool = True


def written(store: Store) -> None:
    rng = np.random.default_rng(1)
    at = np.arange(BEGIN, END, 15 * SECOND) + rng.integers(0, 900, SPAN // (15 * SECOND))
    gauge = rng.normal(200, 30, at.size)
    gauge[200] = STALE
    huge = np.where(at % 7 < 3, np.inf, -np.inf)
    gap = (at < BEGIN + 30 * MINUTE) | (at >= BEGIN + 47 * MINUTE)
    odd = gauge.copy()
    odd[[3, 4, 5, 300]] = np.nan
    total = np.cumsum(rng.integers(0, 9, at.size)).astype(float)
    total[260:] -= total[260]  # it was started again
    parts = [
        Batch.of_series(GAUGE, at[gap], gauge[gap]),
        Batch.of_series(NAN, at, odd),
        Batch.of_series(COUNTER, at, total),
        Batch.of_series(INFINITE, at, huge),
    ]
    counts = np.cumsum(rng.integers(0, 5, (3, at.size)), axis=0).cumsum(axis=1).astype(float)
    parts += [Batch.of_series(k, at, c) for k, c in zip(BUCKETS, counts, strict=True)]
    minutes = at[::4]
    parts += [Batch.of_series(key, minutes, rng.random(minutes.size)) for key in MANY]
    store.write(Batch.concat(parts), Source("live"))
    seal(store, everything=True)


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder = tmp_path_factory.mktemp("embedded")
    store = open_store(f"sqlite:///{folder}/reinfra.db", create=True)
    written(store)
    yield store
    store.engine.dispose()


@pytest.fixture(scope="module")
def prometheus_url(embedded: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with prometheus(tmp_path_factory.mktemp("prometheus")) as url:
        fill(embedded, url)
        yield url


@pytest.fixture(scope="module")
def victoria_url(embedded: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with victoria_metrics(tmp_path_factory.mktemp("victoria")) as url:
        fill(embedded, url)
        httpx.get(f"{url}/internal/force_flush", trust_env=False)
        yield url


def fill(embedded: Store, url: str) -> None:
    done = send(
        embedded, f"{url}/api/v1/write", Selector(), BEGIN, END, transport=httpx.HTTPTransport()
    )
    assert (done.series, done.refused, done.why) == (len(MANY) + 7, 0, "")
    assert done.samples == 300 * 120 + 480 * 7 - 68


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    """A bucket in moto's S3, as pyarrow's own client reaches it."""
    from moto.server import ThreadedMotoServer

    port = free_port()
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
    server.start()
    client = boto3.client(
        "s3",
        endpoint_url=f"http://127.0.0.1:{port}",
        region_name="us-east-1",
        aws_access_key_id="a",
        aws_secret_access_key="b",  # noqa: S106 - moto takes any
    )
    client.create_bucket(Bucket="samples")
    yield f"s3://a:b@samples/out?endpoint_override=127.0.0.1:{port}&scheme=http&region=us-east-1"
    server.stop()


def reader(url: str, limits: Limits | None = None) -> Prometheus:
    return Prometheus(url, transport=httpx.HTTPTransport(), limits=limits)


@pytest.fixture(scope="module", params=["prometheus", "victoria", "parquet", "s3"])
def backend(
    request: pytest.FixtureRequest, embedded: Store, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Backend]:
    if request.param == "prometheus":
        with reader(request.getfixturevalue("prometheus_url")) as store:
            yield Backend(store)
    elif request.param == "victoria":
        with reader(request.getfixturevalue("victoria_url")) as store:
            yield Backend(store, LOSSY, keeps_nan=False)
    else:
        s3 = request.param == "s3"
        place = request.getfixturevalue("bucket") if s3 else str(tmp_path_factory.mktemp("out"))
        export(embedded, place)
        yield Backend(Parquet(place))


def block(
    store: SampleStore, selector: Selector, window: tuple[int, int], step: int, rule: Rule
) -> SeriesBlock:
    """In an order that does not depend on the store's ids."""
    selected = sorted(store.series(selector), key=lambda one: (one.key.metric, one.key.labels))
    return store.read(selected, *window, step, rule)


def same(one: SeriesBlock, other: SeriesBlock, rtol: float) -> None:
    assert one.keys == other.keys
    assert [key.kind for key in one.keys] == [key.kind for key in other.keys]
    assert [key.unit for key in one.keys] == [key.unit for key in other.keys]
    assert_array_equal(one.at, other.at)
    assert_array_equal(one.mask, other.mask)
    assert_allclose(one.values, other.values, rtol=rtol, atol=0)


WINDOWS = [(BEGIN, END), (BEGIN + 17 * MINUTE + 1, END - 13 * MINUTE - 7)]


@pytest.mark.parametrize("rule", list(Rule))
@pytest.mark.parametrize("step", [MINUTE, 5 * MINUTE, HOUR])
def test_every_rule_and_step_reads_the_same(
    backend: Backend, embedded: Store, rule: Rule, step: int
) -> None:
    for window in WINDOWS if step == 5 * MINUTE else WINDOWS[1:]:
        for metric in ("hw.power", "requests_total", LATENCY):
            mine = block(backend.store, Selector(metric), window, step, rule)
            assert mine.mask.any()
            same(mine, block(embedded, Selector(metric), window, step, rule), backend.rtol)


def test_nan_is_a_sample_that_says_nothing_where_the_server_keeps_it(
    backend: Backend, embedded: Store
) -> None:
    for rule in Rule:
        mine = block(backend.store, Selector(NAN.metric), (BEGIN, END), MINUTE, rule)
        theirs = block(embedded, Selector(NAN.metric), (BEGIN, END), MINUTE, rule)
        if backend.keeps_nan:
            assert rule is not Rule.LAST or (mine.mask & np.isnan(mine.values)).any()
            same(mine, theirs, backend.rtol)
        elif rule is not Rule.LAST:
            said = ~np.isnan(theirs.values)
            assert_array_equal(mine.mask, said)
            assert_allclose(mine.values[said], theirs.values[said], rtol=backend.rtol)


@pytest.mark.parametrize("rule", [Rule.LAST, Rule.P95])
def test_many_series_read_the_same(backend: Backend, embedded: Store, rule: Rule) -> None:
    selector = Selector("load", (Matcher("n", "=~", "[0-9]*[02468]"),))
    mine = block(backend.store, selector, (BEGIN, END), 5 * MINUTE, rule)
    assert len(mine.keys) == len(MANY) // 2
    same(mine, block(embedded, selector, (BEGIN, END), 5 * MINUTE, rule), backend.rtol)


@pytest.mark.parametrize(
    "text",
    [
        "load",
        'load{service.name="s3"}',
        'load{service.name!="s3",n=~"1."}',
        'load{n!~"1.*"}',
        '{hw.id=~".+"}',
        'requests_total{absent=""}',
        "none",
        LATENCY + '{le="+Inf"}',
    ],
)
def test_selectors_choose_the_same_series(backend: Backend, embedded: Store, text: str) -> None:
    selector = Selector.parse(text)
    mine = {one.key for one in backend.store.series(selector)}
    assert mine == {one.key for one in embedded.series(selector)}


def test_raw_samples_keep_their_own_times_and_infinities(backend: Backend, embedded: Store) -> None:
    for key in (INFINITE, COUNTER):
        one, other = (
            s.samples(s.series(Selector(key.metric)), BEGIN, END) for s in (backend.store, embedded)
        )
        assert_array_equal(one.at[0], other.at[0])
        assert_allclose(one.value[0], other.value[0], rtol=backend.rtol)
    assert backend.store.samples([], BEGIN, END).keys == ()


def test_a_window_without_samples_is_empty(backend: Backend) -> None:
    chosen = backend.store.series(Selector("hw.power"))
    empty = backend.store.read(chosen, BEGIN - 3 * HOUR, BEGIN - 2 * HOUR, MINUTE)
    assert empty.mask.shape == (1, 60)
    assert not empty.mask.any()
    assert [at.size for at in backend.store.samples(chosen, END + HOUR, END + 2 * HOUR).at] == [0]


def test_nothing_is_written_to_a_backend(backend: Backend) -> None:
    with pytest.raises(StoreError, match="read-only"):
        backend.store.write(Batch.empty(), Source("live"))


def test_staleness_markers_reach_the_server(victoria_url: str, embedded: Store) -> None:
    """VictoriaMetrics' export shows them; Prometheus ends the series and keeps them to itself."""
    with reader(victoria_url) as store:
        sent = markers(store)
    assert sent == markers(embedded)
    assert len(sent) == 1


def markers(store: SampleStore) -> list[int]:
    found = store.samples(store.series(Selector("hw.power")), BEGIN, END)
    return [int(at) for at in found.at[0][found.value[0].view(np.int64) == STALE_NAN]]


def test_what_is_too_much_at_once_is_asked_for_in_smaller_slices(
    prometheus_url: str, embedded: Store
) -> None:
    with reader(prometheus_url, Limits(max_bytes=200_000)) as small:
        mine = block(small, Selector("load"), (BEGIN, END), 5 * MINUTE, Rule.MEAN)
    same(mine, block(embedded, Selector("load"), (BEGIN, END), 5 * MINUTE, Rule.MEAN), 0)


@pytest.mark.parametrize("to", ["prometheus_url", "victoria_url"])
def test_sending_again_from_a_backend_changes_nothing(
    prometheus_url: str, to: str, request: pytest.FixtureRequest
) -> None:
    """Prometheus refuses what is not newer than its newest, VictoriaMetrics takes it; both are counted."""
    with reader(prometheus_url) as source:
        done = send(
            source,
            f"{request.getfixturevalue(to)}/api/v1/write",
            Selector("load"),
            END - 20 * MINUTE,
            END,
            max_samples=1_000,
            transport=httpx.HTTPTransport(),
        )
    in_block = Counter(at // BLOCK for at in range(END - 20 * MINUTE, END, MINUTE))
    requests = sum(math.ceil(300 * minutes / 1_000) for minutes in in_block.values())
    assert (done.samples + done.refused, done.requests) == (300 * 20, requests)
    assert ("out of order" in done.why) == (done.refused > 0) == (to == "prometheus_url")


def test_the_series_of_a_parquet_export_know_when_they_began_and_ended(
    embedded: Store, tmp_path: Path
) -> None:
    export(embedded, str(tmp_path))
    store = Parquet(str(tmp_path))
    spans = {one.key: (one.first_at, one.last_at) for one in embedded.series(Selector())}
    assert {one.key: (one.first_at, one.last_at) for one in store.series(Selector())} == spans
    assert store.watermark("live") == max(last for _, last in spans.values())
    assert store.watermark("other") is None
