import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from collectors.base import CollectorError
from collectors.simulator import Fault, FaultKind, Simulator
from reinfra.model import DAY, HOUR, MINUTE, Batch, Kind, Origin, SeriesKey
from reinfra.signals import find

SINCE = 1_795_000_020_000

Points = tuple[NDArray[np.int64], NDArray[np.float64]]


def simulator(
    hosts: int = 16, seed: int = 1, hours: int = 24, *, planted: bool = True
) -> Simulator:
    until = SINCE + hours * HOUR
    return Simulator(since=SINCE, until=until, hosts=hosts, seed=seed, planted=planted)


def by_key(source: Simulator) -> dict[SeriesKey, Points]:
    batch = Batch.concat(source.collect())
    order = np.argsort(batch.series, kind="stable")
    ends = np.searchsorted(batch.series[order], np.arange(1, len(batch.keys)))
    parts = zip(
        batch.keys, np.split(batch.at[order], ends), np.split(batch.value[order], ends), strict=True
    )
    return {key: (at, value) for key, at, value in parts}


@pytest.fixture(scope="module")
def healthy() -> dict[SeriesKey, Points]:
    return by_key(simulator(planted=False))


@pytest.fixture(scope="module")
def faulty() -> dict[SeriesKey, Points]:
    return by_key(simulator())


def the(kind: FaultKind) -> Fault:
    return next(fault for fault in simulator().faults if fault.kind is kind)


def inside(points: Points, fault: Fault) -> NDArray[np.float64]:
    at, value = points
    return value[(at >= fault.since) & (at <= fault.until)]


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 10), st.integers(1, 5))
def test_one_seed_is_one_fleet_and_nothing_passes_for_real(
    seed: int, hosts: int, hours: int
) -> None:
    first, second = (list(simulator(hosts, seed, hours).collect()) for _ in range(2))
    for one, other in zip(first, second, strict=True):
        assert one.keys == other.keys
        np.testing.assert_array_equal(one.value, other.value)
        assert all(key.origin is Origin.SIMULATED for key in one.keys)
        assert np.isfinite(one.value).all()
        assert one.at.min() >= SINCE
        assert one.at.max() < SINCE + hours * HOUR


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 200), st.integers(2, 100))
def test_faults_lie_in_the_second_half_and_share_no_series(
    seed: int, hosts: int, hours: int
) -> None:
    faults = simulator(hosts, seed, hours).faults
    assert faults
    middle = SINCE + hours * HOUR // 2
    for fault in faults:
        assert middle <= fault.since <= fault.until < SINCE + hours * HOUR
        assert (fault.since - SINCE) % MINUTE == (fault.until - SINCE) % MINUTE == 0
    series = [key for fault in faults for key in fault.series]
    assert len(series) == len(set(series))
    if hosts >= 16:
        assert {fault.kind for fault in faults} == set(FaultKind)


@pytest.mark.parametrize(("hosts", "services"), [(1, 1), (8, 1), (9, 2)])
def test_there_is_one_batch_for_each_host_and_service(hosts: int, services: int) -> None:
    fleet = simulator(hosts, hours=1)
    assert fleet.services == services
    assert len(list(fleet.collect())) == hosts + services


def test_another_seed_is_another_fleet() -> None:
    one, other = (next(iter(simulator(seed=seed).collect())) for seed in (1, 2))
    assert not np.array_equal(one.value, other.value)


def test_more_hosts_change_no_number_of_the_first() -> None:
    few, many = (by_key(simulator(hosts, planted=False, hours=2)) for hosts in (3, 9))
    for key, (_, value) in few.items():
        np.testing.assert_array_equal(value, many[key][1])


def test_every_series_is_registered_with_its_kind_and_unit(
    faulty: dict[SeriesKey, Points],
) -> None:
    for key in faulty:
        signal = find(key.metric)
        assert signal is not None
        assert (key.kind, key.unit) == (signal.kind, signal.unit)


def test_only_the_labelled_series_differ_from_a_healthy_fleet(
    healthy: dict[SeriesKey, Points], faulty: dict[SeriesKey, Points]
) -> None:
    labelled = {key for fault in simulator().faults for key in fault.series}
    assert labelled <= faulty.keys() == healthy.keys()
    for key, (at, value) in faulty.items():
        same = np.array_equal(at, healthy[key][0]) and np.array_equal(value, healthy[key][1])
        assert same == (key not in labelled), key


def test_before_a_fault_its_series_are_healthy(
    healthy: dict[SeriesKey, Points], faulty: dict[SeriesKey, Points]
) -> None:
    for fault in simulator().faults:
        for key in fault.series:
            (at, value), (_, expected) = faulty[key], healthy[key]
            before = int(np.searchsorted(at, fault.since))
            np.testing.assert_array_equal(value[:before], expected[:before])


def test_a_straggler_runs_slower_than_its_siblings(faulty: dict[SeriesKey, Points]) -> None:
    fault = the(FaultKind.STRAGGLER)
    clock = next(key for key in fault.series if key.metric == "hw.gpu.clock.sm")
    siblings = [
        points
        for key, points in faulty.items()
        if key.metric == clock.metric
        and key.label("host.name") == clock.label("host.name")
        and key != clock
    ]
    assert len(siblings) == 7
    slowest = min(inside(points, fault).min() for points in siblings)
    assert inside(faulty[clock], fault).max() < 0.7 * slowest


def test_an_ecc_burst_counts_up_shows_its_xid_and_ends_in_a_reset(
    faulty: dict[SeriesKey, Points],
) -> None:
    fault = the(FaultKind.ECC_BURST)
    errors, xid = (
        next(key for key in fault.series if key.metric == metric)
        for metric in ("hw.gpu.ecc.errors", "hw.gpu.xid")
    )
    assert set(inside(faulty[xid], fault).tolist()) == {48.0}
    assert np.all(np.diff(inside(faulty[errors], fault)) >= 1)
    at, value = faulty[errors]
    assert value[at > fault.until][0] < inside(faulty[errors], fault)[-1]


def test_a_missing_device_has_no_samples_and_its_host_still_has(
    faulty: dict[SeriesKey, Points],
) -> None:
    fault = the(FaultKind.MISSING_DEVICE)
    assert all(inside(faulty[key], fault).size == 0 for key in fault.series)
    host = fault.series[0].label("host.name")
    cpu = next(
        key
        for key in faulty
        if key.metric == "system.cpu.utilization" and key.label("host.name") == host
    )
    assert inside(faulty[cpu], fault).size == (fault.until - fault.since) // MINUTE + 1


@pytest.mark.parametrize(
    ("kind", "metric", "least"),
    [
        (FaultKind.MEMORY_LEAK, "system.memory.usage", 1.3),
        (FaultKind.LATENCY_STEP, "gen_ai.server.time_per_output_token", 1.6),
        (FaultKind.ERROR_BURST, "gen_ai.server.request.errors", 10.0),
        (FaultKind.THERMAL_THROTTLE, "hw.temperature", 1.2),
    ],
)
def test_a_fault_shows_in_its_series(
    kind: FaultKind,
    metric: str,
    least: float,
    healthy: dict[SeriesKey, Points],
    faulty: dict[SeriesKey, Points],
) -> None:
    fault = the(kind)
    key = next(key for key in fault.series if key.metric == metric)
    ratio = inside(faulty[key], fault).mean() / inside(healthy[key], fault).mean()
    assert ratio > least


def test_latency_follows_load(healthy: dict[SeriesKey, Points]) -> None:
    def of_first_service(metric: str) -> NDArray[np.float64]:
        return next(
            value
            for key, (_, value) in healthy.items()
            if key.metric == metric and key.label("service.name") == "llm-00"
        )

    rate = of_first_service("gen_ai.server.request.rate")
    slowness = of_first_service("gen_ai.server.time_per_output_token")
    assert np.corrcoef(rate, slowness)[0, 1] > 0.7


def test_counters_only_fall_when_they_start_again(healthy: dict[SeriesKey, Points]) -> None:
    counters = [value for key, (_, value) in healthy.items() if key.kind is Kind.COUNTER]
    assert counters
    for value in counters:
        falls = np.diff(value) < 0
        assert np.all(value[1:][falls] == 0)


def test_a_short_simulation_has_no_faults() -> None:
    assert simulator(hours=1).faults == ()
    assert simulator(planted=False).faults == ()


@pytest.mark.parametrize(
    "wrong", [{"hosts": 0}, {"until": SINCE}, {"until": SINCE - DAY}, {"step": 0}]
)
def test_nothing_to_simulate_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(CollectorError, match="nothing to simulate"):
        Simulator(**{"since": SINCE, "until": SINCE + HOUR, **wrong})  # type: ignore[arg-type]
