import numpy as np

from detectors.staleness import Staleness, expected_interval, rhythm
from reinfra.model import MINUTE, Anomaly, Batch, SeriesKey
from tests.detectors.blocks import START

CPU = SeriesKey.of("aws.ec2.cpu.utilization", {"instance": "i-1"})  # every 5 minutes
LATENCY = SeriesKey("aws.neuron.execution.latency")  # no cadence: nothing when nothing runs
STEP = 5 * MINUTE


def stale(key: SeriesKey, at: list[int], end: int, value: float = 1.0) -> list[Anomaly]:
    """`at` and `end` in minutes from the start."""
    times = START + MINUTE * np.array(at, np.int64)
    batch = Batch.of_series(key, times, np.full(len(at), value))
    return Staleness().find(batch, START + MINUTE * end)


def every(step: int, since: int, until: int) -> list[int]:
    return list(range(since, until, step))


def test_a_gap_is_found_with_its_bounds() -> None:
    (gap,) = stale(CPU, every(5, 0, 205) + every(5, 265, 400), 400)
    assert gap.since == START + 205 * MINUTE
    assert gap.until == START + 265 * MINUTE
    assert (gap.score, gap.threshold) == (12, 2)
    assert gap.reason == (
        "EC2 CPU utilization: no sample for 1 h 5 min after 03:20 UTC; "
        "one was expected every 5 min, 12 were missed"
    )


def test_two_missed_samples_are_tolerated() -> None:
    assert stale(CPU, every(5, 0, 100) + every(5, 110, 200), 200) == []
    assert len(stale(CPU, every(5, 0, 100) + every(5, 115, 200), 200)) == 1


def test_a_series_that_ended_is_silent_until_now() -> None:
    (silence,) = stale(CPU, every(5, 0, 105), 160)
    assert silence.until == START + 160 * MINUTE
    assert silence.reason == (
        "EC2 CPU utilization: silent for 1 h, since 01:40 UTC; "
        "one was expected every 5 min, 11 were missed"
    )


def test_one_sample_is_enough_where_the_registry_expects_more() -> None:
    assert len(stale(CPU, [0], 60)) == 1
    assert stale(CPU, [0], 10) == []


def test_a_series_that_is_not_expected_cannot_be_late_without_a_rhythm_of_its_own() -> None:
    bursts = [0, 1, 2, 30, 31, 90, 91, 92, 93, 200, 260, 261, 262, 300]
    assert stale(LATENCY, bursts, 10_000) == []
    assert len(stale(LATENCY, every(1, 0, 60), 120)) == 1


def test_a_source_set_up_to_report_less_often_is_not_late() -> None:
    assert stale(CPU, every(30, 0, 600), 600) == []


def test_samples_without_a_value_are_not_late_but_said_nothing() -> None:
    batch = Batch.of_series(
        CPU,
        START + STEP * np.arange(10),
        np.array([1, 1, np.nan, np.nan, np.nan, 1, 1, np.nan, 1, 1.0]),
    )
    (empty,) = Staleness().find(batch, START + 10 * STEP)
    assert (empty.since, empty.until) == (START + 2 * STEP, START + 4 * STEP)
    assert "3 samples in a row without a value" in empty.reason


def test_a_device_whose_series_all_fell_silent_is_missing() -> None:
    lost = [
        SeriesKey.of(metric, {"host.id": "h1", "hw.id": "GPU-3"})
        for metric in ("hw.power", "hw.temperature")
    ]
    alive = SeriesKey.of("hw.power", {"host.id": "h1", "hw.id": "GPU-4"})
    batch = Batch.concat(
        Batch.of_series(key, START + MINUTE * np.arange(n), np.ones(n))
        for key, n in ((lost[0], 30), (lost[1], 30), (alive, 60))
    )
    found = Staleness().find(batch, START + 60 * MINUTE)
    assert [anomaly.key for anomaly in found] == lost
    assert all(
        anomaly.reason.endswith("; all 2 series of device GPU-3 of host h1 are silent")
        for anomaly in found
    )


def test_order_and_repeats_of_samples_do_not_matter() -> None:
    times = START + STEP * np.r_[np.arange(20), 5, 5, np.arange(40, 60)]
    shuffled = np.random.default_rng(0).permutation(times)
    batches = [Batch.of_series(CPU, at, np.ones(at.size)) for at in (times, shuffled)]
    first, second = (Staleness().find(batch, int(times.max())) for batch in batches)
    assert [a.reason for a in first] == [a.reason for a in second]
    assert len(first) == 1


def test_a_batch_without_samples_has_nothing_late() -> None:
    assert Staleness().find(Batch.empty(), START) == []


def test_a_rhythm_needs_ten_steady_intervals() -> None:
    assert rhythm(np.arange(10) * STEP) is None
    assert rhythm(np.arange(11) * STEP) == STEP
    assert expected_interval(LATENCY, np.arange(5) * STEP) is None
