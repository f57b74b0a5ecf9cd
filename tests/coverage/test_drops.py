"""Coverage that drops, as detectors say it."""

import math

from reinfra.coverage.drops import anomaly, drops, ratio_key
from reinfra.coverage.watchers import Watcher
from reinfra.model import DAY, HOUR, MINUTE, Coverage
from tests.coverage.made import NOW, absent, four_exported, gpu, ledger, stored


def test_full_coverage_is_no_drop() -> None:
    found = ledger(stored("hw.power", gpu(1)), watching={})
    assert list(drops(found, NOW)) == []


def test_a_lost_device_is_named_with_since_when_and_why() -> None:
    (drop,) = drops(four_exported((gpu(2), "Xid 79")), NOW)
    assert (drop.place, drop.tally, drop.missing) == (("host.name", "a"), (3, 4), 1)
    assert drop.since == NOW - 10 * MINUTE
    assert drop.reason.startswith("Coverage 3 of 4 signals: GPU-2 on a is lost since ")
    assert drop.reason.endswith("UTC (Xid 79)")


def test_one_that_is_gone_is_told_before_single_signals() -> None:
    series = [stored("hw.power", gpu(n)) for n in (1, 2, 3)]
    said = (absent(gpu(1), "hw.power", why="blank"), absent(gpu(3)))
    (drop,) = drops(ledger(*series, absences=said, watching={}), NOW)
    assert drop.reason.index("GPU-3 on a is lost") < drop.reason.index("hw.power of GPU-1")


def test_a_source_that_stumbles_for_a_moment_is_no_drop() -> None:
    for since, many in ((NOW - MINUTE, 0), (NOW - HOUR, 1)):
        failing = {"nvidia": Watcher("nvidia", "nvidia", since, MINUTE, "no driver")}
        assert len(list(drops(ledger(stored("hw.power", gpu(1)), watching=failing), NOW))) == many


def test_what_never_came_is_no_drop() -> None:
    found = ledger(stored("hw.power", gpu(1)))
    assert found.counts()[Coverage.FAILING]
    assert list(drops(found, NOW)) == []


def test_a_source_that_never_answered_is_a_drop_of_its_own() -> None:
    failing = {"gpu-7": Watcher("gpu-7", "scrape", NOW - DAY, MINUTE, "connection refused")}
    (drop,) = drops(ledger(watching=failing), NOW)
    assert drop.place == ("reinfra.source", "gpu-7")
    assert "source gpu-7 is dead" in drop.reason


def test_a_drop_is_an_anomaly_of_the_share() -> None:
    (drop,) = drops(four_exported((gpu(2), "Xid 79")), NOW)
    found = anomaly(drop, NOW)
    assert found.key == ratio_key(("host.name", "a"))
    assert (found.since, found.until) == (NOW - 10 * MINUTE, NOW)
    assert (found.value, found.expected_low) == (0.75, 1.0)
    assert found.score >= found.threshold
    assert math.isnan(found.expected_high)
