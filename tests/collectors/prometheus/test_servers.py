"""Prometheus and VictoriaMetrics themselves."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors import Resumable, find
from collectors.prometheus.collector import Prometheus
from collectors.prometheus.pace import Pace
from reinfra.model import MINUTE, Coverage, Kind
from reinfra.store import Selector, Source, Store
from reinfra.store.grid import STALE_NAN
from tests.collectors.prometheus.conftest import (
    NOW,
    Server,
    by_series,
    every,
    source,
    taken,
)

DCGM = {"job": "dcgm", "instance": "n1:9400", "UUID": "GPU-1", "gpu": "0", "Hostname": "n1"}


def at_time(one: Prometheus, now: int, pace: Pace | None = None) -> Prometheus:
    return Prometheus(one.settings, lambda: now, one.asking, pace or Pace())


def test_samples_come_with_their_own_times_under_canonical_names(server: Server) -> None:
    at = every(15)
    used = [float(i) for i in range(len(at))]
    server.put({"__name__": "DCGM_FI_DEV_FB_USED", **DCGM}, at, used)
    one = source(server.url, select=['DCGM_FI_DEV_FB_USED{job="dcgm"}'], labels={"site": "x"})
    assert isinstance(one, Resumable)
    assert isinstance(one, find("prometheus"))
    _, pages = taken(one, str(NOW - 10 * MINUTE))
    ((key, (times, values)),) = by_series(pages).items()
    assert key.metric == "hw.gpu.memory.usage"
    assert dict(key.labels) == {
        "host.name": "n1",
        "hw.id": "GPU-1",
        "hw.type": "gpu",
        "hw.vendor": "NVIDIA",
        "reinfra.origin": "live",
        "site": "x",
    }
    assert (key.kind, key.unit) == (Kind.GAUGE, "By")
    assert times.tolist() == at
    assert values.tolist() == [one * 1024**2 for one in used]
    assert pages[-1].cursor == str(NOW)


def test_what_nobody_mapped_keeps_its_name_and_its_owner(server: Server) -> None:
    server.put(
        {"__name__": "jobs_done_total", "job": "w", "instance": "w:1", "k": "v"}, [NOW - 9], [1]
    )
    _, pages = taken(source(server.url, select=["jobs_done_total"]), str(NOW - MINUTE))
    ((key, _),) = by_series(pages).items()
    assert str(key) == 'jobs_done_total{k="v",service.instance.id="w:1",service.name="w"}'
    assert key.kind is Kind.COUNTER


def test_what_reinfra_wrote_there_gets_its_dots_again(server: Server) -> None:
    own = {
        "__name__": "hw_temperature",
        "host_name": "a",
        "hw_id": "GPU-2",
        "reinfra_origin": "live",
    }
    server.put(own, [NOW - 9], [60.0])
    _, pages = taken(
        source(server.url, select=['hw_temperature{hw_id="GPU-2"}']), str(NOW - MINUTE)
    )
    ((key, _),) = by_series(pages).items()
    assert str(key) == 'hw.temperature{host.name="a",hw.id="GPU-2"}'
    assert key.unit == "Cel"


def test_infinity_and_nan_stay_what_they_are(prometheus: Server) -> None:
    at = [NOW - 3000, NOW - 2000, NOW - 1000]
    prometheus.put({"__name__": "odd"}, at, [float("inf"), float("nan"), float("-inf")])
    _, pages = taken(source(prometheus.url, select=["odd"]), str(NOW - MINUTE))
    ((times, values),) = by_series(pages).values()
    assert times.tolist() == at
    np.testing.assert_array_equal(values, [np.inf, np.nan, -np.inf])


def test_a_staleness_marker_is_no_number_in_no_unit(server: Server) -> None:
    stale = float(np.array([STALE_NAN], np.int64).view(np.float64)[0])
    gone = {"__name__": "DCGM_FI_DEV_FB_FREE", **DCGM}
    server.put(gone, [NOW - 3000, NOW - 2000], [1.0, stale])
    _, pages = taken(source(server.url, select=["DCGM_FI_DEV_FB_FREE"]), str(NOW - MINUTE))
    ((_, (_, values)),) = by_series(pages).items()
    assert values[0] == 1024**2
    assert values[1:].view(np.int64).tolist() in ([], [STALE_NAN])


def test_any_split_into_pages_gives_the_same_samples(server: Server) -> None:
    at = every(15)
    values = [float(i) for i in range(len(at))]
    for name in "ab":
        server.put({"__name__": "split", "n": name}, at, values)
    queries = [{"name": "q", "expression": "sum(split)"}]
    one = source(server.url, select=["split"], queries=queries)

    @given(
        span=st.integers(MINUTE, 20 * MINUTE),
        stops=st.lists(st.integers(NOW - 10 * MINUTE, NOW), max_size=3),
    )
    @settings(max_examples=8, deadline=None)
    def check(span: int, stops: list[int]) -> None:
        cursor, pages = str(NOW - 10 * MINUTE), []
        for until in (*sorted(stops), NOW):
            resumed = at_time(one, until, Pace(span, span))
            _, more = taken(resumed, cursor)
            pages += more
            cursor = more[-1].cursor if more else cursor
        for key, (times, found) in by_series(pages).items():
            if key.metric == "split":
                assert (times.tolist(), found.tolist()) == (at, values)
            else:
                assert times.tolist() == list(range(NOW - 9 * MINUTE, NOW, MINUTE))
        assert len(by_series(pages)) == 3

    check()


def test_a_restart_goes_on_where_the_store_is(server: Server, store: Store) -> None:
    at = every(15)
    server.put({"__name__": "kept", "job": "k"}, at, [float(i) for i in range(len(at))])
    for until in (NOW - 7 * MINUTE, NOW - MINUTE // 2, NOW):
        one = source(server.url, select=["kept"], history=10 / 1440)
        _, pages = taken(at_time(one, until), store.cursor("prometheus") or str(NOW - 10 * MINUTE))
        for page in pages:
            store.write(page.batch, Source("prometheus", one.origin), cursor=page.cursor)
    (stored,) = store.series(Selector("kept"))
    whole = store.samples([stored], NOW - 10 * MINUTE, NOW)
    assert whole.at[0].tolist() == at
    assert whole.value[0].tolist() == [float(i) for i in range(len(at))]


def test_a_page_that_is_too_much_is_asked_for_in_smaller_ones(prometheus: Server) -> None:
    """This server loads 50,000 samples at most for one question."""
    at = every(1, 10 * MINUTE)
    for i in range(100):
        prometheus.put({"__name__": "dense", "i": str(i)}, at, [1.0] * len(at))
    _, pages = taken(source(prometheus.url, select=["dense"]), str(NOW - 10 * MINUTE))
    assert len(pages) > 1
    found = by_series(pages)
    assert len(found) == 100
    assert all(times.tolist() == at for times, _ in found.values())


def test_an_expression_says_that_nobody_measured_it(server: Server) -> None:
    at = every(15)
    server.put({"__name__": "done_total", "job": "e"}, at, [15.0 * i for i in range(len(at))])
    query = {
        "name": "done.rate",
        "expression": "sum by (job) (rate(done_total[2m]))",
        "unit": "1/s",
    }
    _, pages = taken(source(server.url, queries=[query], step=30), str(NOW - 4 * MINUTE))
    ((key, (times, values)),) = by_series(pages).items()
    derived = "PromQL sum by (job) (rate(done_total[2m]))"
    assert key.metric == "done.rate"
    assert (key.label("reinfra.derived_from"), key.label("job")) == (derived, "e")
    assert (key.kind, key.unit) == (Kind.GAUGE, "1/s")
    assert times.tolist() == list(range(NOW - 4 * MINUTE, NOW, 30_000))
    assert values == pytest.approx(np.ones(values.size), rel=0.01)


def test_a_selector_that_nothing_matches_is_said(server: Server) -> None:
    reports, pages = taken(source(server.url, select=["nothing_of_this"]), str(NOW - MINUTE))
    ((absence,),) = [one.absences for one in reports]
    assert absence.state is Coverage.STALE
    assert "no sample of nothing_of_this between" in absence.reason
    assert pages[-1].cursor == str(NOW)


def test_what_is_about_to_come_is_left_for_the_next_collection(server: Server) -> None:
    at = [NOW - 70_000, NOW - 50_000]
    server.put({"__name__": "recent"}, at, [1.0, 2.0])
    _, pages = taken(source(server.url, select=["recent"], delay=60), str(NOW - 2 * MINUTE))
    ((times, _),) = by_series(pages).values()
    assert times.tolist() == at[:1]
    assert pages[-1].cursor == str(NOW - MINUTE)
