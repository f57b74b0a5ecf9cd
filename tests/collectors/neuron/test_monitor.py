import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from collectors.base import CollectorError
from collectors.neuron.inbox import Inbox
from collectors.neuron.monitor import Monitor
from collectors.neuron.process import Process, configuration
from collectors.neuron.report import MAX_BYTES, Reader
from reinfra.model import Batch, Report
from tests.collectors.neuron.program import CAPTURE, process, program, small, starts
from tests.collectors.waiting import until

Made = Callable[..., Monitor]


@pytest.fixture
def monitor(tmp_path: Path) -> Iterator[Made]:
    """A monitor of a program with this body; its clock says 7,000."""
    made: list[Monitor] = []

    def make(body: str, report: str = CAPTURE, now: list[float] | None = None) -> Monitor:
        inbox = Inbox()
        runs = process(program(tmp_path, body, report), inbox, now)
        made.append(Monitor(runs, inbox, Reader({"host.name": "h"}), period=1.0, timeout=20.0))
        return made[-1]

    yield make
    for each in made:
        each.close()


def given(monitor: Monitor) -> tuple[list[Batch], list[Report], str]:
    """Batches, reports and the error of one collection."""
    batches: list[Batch] = []
    reports: list[Report] = []
    try:
        for each in monitor.collect():
            if isinstance(each, Batch):
                batches.append(each)
            else:
                reports.append(each)
    except CollectorError as error:
        return batches, reports, str(error)
    return batches, reports, ""


def test_a_report_is_stamped_when_it_comes_and_keeps_what_it_says(monitor: Made) -> None:
    batches, (report,), error = given(monitor("say(report)\nstay()"))
    assert error == ""
    assert set(batches[0].at.tolist()) == {7_000}
    assert {key.label("host.name") for key in batches[0].keys} == {"h"}
    assert ("host.type", "trn1n.32xlarge") in {(fact.name, fact.value) for fact in report.facts}


def test_the_program_is_given_our_configuration(monitor: Made, tmp_path: Path) -> None:
    given(monitor("say(report)\nstay()"))
    assert (tmp_path / "arguments").read_text().startswith("-c\n")
    assert json.loads((tmp_path / "config").read_text()) == {"period": "1s"}


def test_what_came_is_given_once(monitor: Made) -> None:
    asked = monitor("say(report)\nstay()")
    assert len(given(asked)[0]) == 1
    assert given(asked)[0] == []


def test_every_report_since_the_last_call_is_given_at_once(monitor: Made, tmp_path: Path) -> None:
    asked = monitor("say(report)\nsay(report)\nsay(report)\nopen(here + '/said', 'w')\nstay()")
    asked._process.start()
    until((tmp_path / "said").exists)
    until(lambda: asked._inbox._size == 3 * len(CAPTURE.strip()))
    (batch,), _, _ = given(asked)
    assert len(batch) == 3 * len(batch.keys)


def test_a_program_that_dies_is_an_error_in_its_own_words(monitor: Made) -> None:
    body = "if not starts: say(report)\nsys.stderr.write('no driver\\n')\nsys.exit(3)"
    asked = monitor(body)
    until(lambda: bool(given(asked)[2]))
    assert given(asked)[2].startswith("neuron-monitor: ")
    assert given(asked)[2].endswith("ended with 3: no driver")


def test_a_program_that_is_killed_is_an_error(monitor: Made) -> None:
    asked = monitor("say(report)\nos.kill(os.getpid(), 9)")
    until(lambda: "was ended by signal 9" in given(asked)[2])


def test_a_program_that_died_is_started_again_and_then_nothing_is_wrong(
    monitor: Made, tmp_path: Path
) -> None:
    asked = monitor("if starts < 3: sys.exit(1)\nsay(report)\nstay()")
    asked._process.start()
    until(lambda: asked._inbox._size > 0)
    batches, _, error = given(asked)
    assert (len(batches), error) == (1, "")
    assert starts(tmp_path) == asked.starts == 4


def test_a_silent_program_is_an_error_after_three_periods(monitor: Made) -> None:
    now = [100.0]
    asked = monitor("say(report)\nstay()", now=now)
    assert given(asked)[2] == ""
    now[0] += 4.9
    assert given(asked)[2] == ""
    now[0] += 0.2
    assert given(asked)[2] == "neuron-monitor: no report for 5 s"
    assert asked.said == frozenset()


def test_garbage_is_counted_and_is_an_error_where_nothing_else_came(monitor: Made) -> None:
    _, (report,), error = given(monitor("say(b'\\xff\\xfe not a report')\nstay()"))
    assert report.refused == {"reports that cannot be read": 1}
    assert "not valid JSON" in error


def test_garbage_beside_a_report_is_only_counted(monitor: Made) -> None:
    asked = monitor("say(b'[]')\nsay(report)\nstay()")
    asked._process.start()
    until(lambda: asked._inbox._size >= len(CAPTURE.strip()) + len("[]"))
    batches, (report,), error = given(asked)
    assert (len(batches), error) == (1, "")
    assert report.refused == {"reports that cannot be read": 1}


def test_half_a_line_of_a_program_that_dies_is_nothing(monitor: Made) -> None:
    asked = monitor("sys.stdout.buffer.write(report[:1000])\nsys.stdout.flush()\nsys.exit(0)")
    until(lambda: "ended with 0" in given(asked)[2])
    assert given(asked)[0] == []


def test_a_line_of_100_megabytes_is_refused_and_the_next_report_read(monitor: Made) -> None:
    flood = "for _ in range(100): sys.stdout.buffer.write(b'x' * 1_000_000)\n"
    batches, (report,), error = given(monitor(flood + "say(b'')\nsay(report)\nstay()"))
    assert (len(batches), error) == (1, "")
    assert report.refused == {f"reports of more than {MAX_BYTES:,} bytes": 1}


def test_only_the_end_of_a_flood_of_messages_is_kept(monitor: Made) -> None:
    flood = "sys.stderr.write('x' * 1_000_000 + 'the end')\nsys.stderr.flush()\nsys.exit(1)"
    asked = monitor(flood)
    error = given(asked)[2]
    assert error.endswith("the end")
    assert len(error) < 2_500


def test_a_program_that_is_not_there_is_an_error() -> None:
    inbox = Inbox()
    runs = process("no-such-monitor", inbox)
    asked = Monitor(runs, inbox, Reader({"host.name": "h"}), period=1.0, timeout=20.0)
    assert given(asked)[2] == (
        "neuron-monitor: no-such-monitor cannot be started: it is not installed"
    )
    asked.close()


def test_a_machine_without_room_for_a_file_is_an_error(
    monitor: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = monitor("say(report)\nstay()")
    monkeypatch.setattr("tempfile.tempdir", "/nowhere")
    assert "its configuration cannot be written" in given(asked)[2]


def test_closing_ends_the_program(monitor: Made, tmp_path: Path) -> None:
    asked = monitor("say(report)\nstay()")
    given(asked)
    asked.close()
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


def test_a_program_whose_child_holds_standard_error_open_is_dead_all_the_same(
    monitor: Made, tmp_path: Path
) -> None:
    child = "open(here + '/child', 'w').write(str(os.getpid()))\nos.close(0)\nos.close(1)\nstay()"
    asked = monitor("if starts: stay()\nsay(report)\nif os.fork(): sys.exit(5)\n" + child)
    until(lambda: "ended with 5" in given(asked)[2])
    until(lambda: (tmp_path / "child").exists() and bool((tmp_path / "child").read_text()))
    os.kill(int((tmp_path / "child").read_text()), 9)


def test_absences_hold_until_the_next_report_and_facts_are_said_once(monitor: Made) -> None:
    broken = small(neuron_hw_counters={"period": 1.0, "neuron_devices": [], "error": "no driver"})
    asked = monitor("say(report)\nstay()", broken)
    for _ in range(2):
        _, (report,), _ = given(asked)
        assert [(one.signal, one.reason) for one in report.absences] == [
            ("aws.neuron.ecc.events", "no driver")
        ]


def test_too_many_waiting_reports_push_the_oldest_out() -> None:
    inbox = Inbox(most_bytes=10)
    for at in range(4):
        inbox.put(at, b"12345")
    lines, refused = inbox.take()
    assert [at for at, _ in lines] == [2, 3]
    assert refused == {"reports that came faster than they were collected": 2}
    assert inbox.take() == ([], {})


def test_all_groups_have_one_period_and_the_hosts_are_left_to_the_host_collector() -> None:
    told = configuration(2.5, host_metrics=False)
    assert told["period"] == "2.5s"
    assert told["system_metrics"] == [{"type": "neuron_hw_counters"}]
    assert "period" not in json.dumps(told["neuron_runtimes"])


def test_a_process_that_was_never_started_can_be_closed() -> None:
    Process("neuron-monitor", {}, Inbox(), lambda: 0).close()
