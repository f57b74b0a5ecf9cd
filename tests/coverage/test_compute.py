"""The state of each signal, and why."""

import dataclasses

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from reinfra.coverage.ledger import STATES
from reinfra.coverage.watchers import Watcher
from reinfra.model import DAY, HOUR, MINUTE, Coverage, Origin
from tests.coverage.made import HOST, NOW, WATCHING, absent, four_exported, gpu, ledger, row, stored

FAILING = {"nvidia": Watcher("nvidia", "nvidia", NOW - HOUR, MINUTE, "no driver")}


def test_a_signal_that_comes_is_watched_and_a_young_one_is_warming() -> None:
    found = ledger(
        stored("hw.power", gpu(1)), stored("hw.temperature", gpu(1), first=NOW - 2 * HOUR)
    )
    assert row(found, "hw.power", gpu(1)).state is Coverage.WATCHED
    assert row(found, "hw.temperature", gpu(1)).state is Coverage.WARMING


def test_a_signal_that_stopped_is_stale_since_its_last_sample() -> None:
    found = ledger(stored("hw.power", gpu(1), last=NOW - HOUR), stored("hw.temperature", gpu(1)))
    said = row(found, "hw.power", gpu(1))
    assert (said.state, said.since) == (Coverage.STALE, NOW - HOUR)


def test_a_slow_source_may_be_late_by_its_own_interval() -> None:
    slow = {"nvidia": dataclasses.replace(WATCHING["nvidia"], interval=HOUR)}
    found = ledger(stored("hw.power", gpu(1), last=NOW - 2 * HOUR), watching=slow)
    assert row(found, "hw.power", gpu(1)).state is Coverage.WATCHED


def test_a_signal_without_a_cadence_is_never_late() -> None:
    signal = "aws.neuron.execution.latency"
    found = ledger(stored(signal, HOST, last=NOW - DAY, source="neuron"))
    assert row(found, signal, HOST).state is Coverage.WATCHED


def test_what_a_source_says_of_a_signal_is_its_state() -> None:
    unsupported = absent(gpu(1), "hw.temperature", state=Coverage.UNSUPPORTED, why="[N/A]")
    found = ledger(stored("hw.power", gpu(1)), absences=(unsupported,))
    said = row(found, "hw.temperature", gpu(1))
    assert (said.state, said.reason) == (Coverage.UNSUPPORTED, "[N/A]")
    assert row(found, "hw.power", gpu(1)).state is Coverage.WATCHED


def test_a_sample_after_it_was_said_to_be_absent_counts() -> None:
    said = dataclasses.replace(absent(gpu(1), "hw.power"), seen=NOW - HOUR)
    found = ledger(stored("hw.power", gpu(1)), absences=(said,))
    assert row(found, "hw.power", gpu(1)).state is Coverage.WATCHED


def test_what_is_said_of_a_device_holds_for_all_its_signals_and_for_no_other_device() -> None:
    series = [stored(name, gpu(n)) for name in ("hw.power", "hw.temperature") for n in (1, 2)]
    found = ledger(*series, absences=(absent(gpu(1), why="fell off the bus"),))
    for one in found.rows():
        assert (one.reason == "fell off the bus") == (one.subject == gpu(1))


def test_what_is_said_of_a_host_holds_for_its_devices() -> None:
    found = ledger(stored("hw.power", gpu(1)), absences=(absent(HOST, why="unreachable"),))
    assert row(found, "hw.power", gpu(1)).reason == "unreachable"


def test_of_a_source_that_fails_everything_fails_but_what_it_never_had() -> None:
    never = absent(gpu(1), "hw.temperature", state=Coverage.UNSUPPORTED, why="[N/A]")
    found = ledger(stored("hw.power", gpu(1)), absences=(never,), watching=FAILING)
    said = row(found, "hw.power", gpu(1))
    assert (said.state, said.since, said.reason) == (Coverage.FAILING, NOW - HOUR, "no driver")
    assert row(found, "hw.temperature", gpu(1)).state is Coverage.UNSUPPORTED


def test_a_source_that_never_gave_anything_is_a_row_of_its_own() -> None:
    (only,) = ledger(watching=FAILING).rows()
    assert (only.signal, only.source, only.state) == ("", "nvidia", Coverage.FAILING)


def test_a_signal_that_our_own_collector_never_explained_is_failing() -> None:
    found = ledger(stored("hw.power", gpu(1)))
    assert row(found, "hw.temperature", gpu(1)).state is Coverage.FAILING


def test_a_signal_that_an_exporter_never_gave_may_be_turned_off_there() -> None:
    other = {"exporter": Watcher("exporter", "scrape", NOW - DAY, MINUTE)}
    names = ("hw.gpu.memory.usage", "hw.temperature", "hw.gpu.xid")
    found = ledger(*(stored(name, gpu(1), source="exporter") for name in names), watching=other)
    said = row(found, "hw.power", gpu(1))
    assert said.state is Coverage.UNSUPPORTED
    assert "turned off" in said.reason


def test_of_a_source_that_has_just_begun_nothing_is_missing_yet() -> None:
    young = {"nvidia": dataclasses.replace(WATCHING["nvidia"], young=True)}
    assert len(ledger(stored("hw.power", gpu(1)), watching=young)) == 1


def test_of_two_sources_the_better_state_counts() -> None:
    both = {**FAILING, "dcgm": Watcher("dcgm", "scrape", NOW - DAY, MINUTE)}
    series = [stored("hw.power", gpu(1), source=source) for source in ("nvidia", "dcgm")]
    found = ledger(*series, watching=both)
    states = [each.state for each in found.rows(found.best()) if each.signal == "hw.power"]
    assert states == [Coverage.WATCHED]


def test_a_recording_ends_with_its_last_sample() -> None:
    marks = {"reinfra.origin": Origin.RECORDED.value}
    found = ledger(
        stored("hw.power", gpu(1), first=NOW - 9 * DAY, last=NOW - 5 * DAY, source="r", **marks)
    )
    assert row(found, "hw.power", gpu(1)).state is Coverage.WATCHED


def test_what_was_not_heard_of_for_weeks_is_gone_on_purpose() -> None:
    found = ledger(stored("hw.power", gpu(1), last=NOW - 15 * DAY, first=NOW - 30 * DAY))
    assert (len(found), found.subjects) == (0, ())


def test_nothing_known_is_an_empty_ledger_and_no_share() -> None:
    found = ledger(watching={})
    assert len(found) == 0
    assert np.isnan(found.tally().share)


def test_the_share_is_of_what_is_owed() -> None:
    found = four_exported((gpu(2), "lost"))
    assert found.tally() == (3, 4)
    assert found.by_place() == {("host.name", "a"): (3, 4)}
    assert found.counts()[Coverage.UNSUPPORTED] > 0


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                ["hw.power", "hw.temperature", "system.memory.usage", "unknown.signal"]
            ),
            st.integers(0, 3),
            st.sampled_from(["nvidia", "dcgm"]),
            st.integers(0, 20 * DAY),
        )
    ),
    st.lists(st.tuples(st.integers(0, 5), st.sampled_from(["", "hw.power", "x"]))),
    st.sampled_from([WATCHING, FAILING]),
)
def test_every_row_is_there_once_and_every_signal_counts_once(
    series: list[tuple[str, int, str, int]],
    said: list[tuple[int, str]],
    watching: dict[str, Watcher],
) -> None:
    given_series = [
        stored(name, gpu(n), source=source, last=NOW - age, first=NOW - 30 * DAY)
        for name, n, source, age in series
    ]
    found = ledger(
        *given_series,
        absences=tuple(absent(gpu(n), signal) for n, signal in said),
        watching=watching,
    )
    rows = list(found.rows())
    assert len({(one.source, one.subject, one.signal) for one in rows}) == len(rows)
    counts = found.counts()
    assert counts.total() == len({(one.subject, one.signal) for one in rows})
    assert found.tally().owed == sum(counts[state] for state in STATES[:4])
    assert len(found.standing) == len(found.subjects)
