import numpy as np
import pytest

from detectors.error_classes import ErrorClasses
from detectors.error_rules import ERRORS, STATES
from reinfra.model import MINUTE, Anomaly, Batch, SeriesKey, Severity
from reinfra.signals import find, signals
from tests.detectors.blocks import START

NAN = float("nan")


def bad(metric: str, values: list[float], labels: dict[str, str] | None = None) -> list[Anomaly]:
    """One sample a minute."""
    signal = find(metric)
    assert signal is not None
    key = signal.key(labels or {})
    at = START + MINUTE * np.arange(len(values))
    return ErrorClasses().find(Batch.of_series(key, at, np.array(values)))


def test_a_fatal_xid_is_critical_with_the_first_sample_there_is() -> None:
    (one,) = bad("hw.gpu.xid.events", [1], {"nvidia.xid": "79"})
    assert one.severity is Severity.CRITICAL
    assert (one.since, one.until, one.score) == (START, START, 1)
    assert one.reason == (
        "XID events in a period: XID 79 (GPU has fallen off the bus) calls for RESTART_BM; "
        "1 x, since 00:00 UTC"
    )


@pytest.mark.parametrize(("code", "found"), [("31", [Severity.WARNING]), ("43", []), ("x", [])])
def test_the_catalogue_says_how_bad_a_code_is(code: str, found: list[Severity]) -> None:
    anomalies = bad("hw.gpu.xid.events", [0, 2, 0], {"nvidia.xid": code})
    assert [one.severity for one in anomalies] == found


def test_a_last_code_counts_when_it_changes_and_not_while_it_stays() -> None:
    found = bad("hw.gpu.xid", [31, 31, 79, 79, NAN, 79, 0, 48])
    assert [(one.value, one.since - START) for one in found] == [(1, 7 * MINUTE), (1, 2 * MINUTE)]
    assert [one.reason.split(": ")[1][:6] for one in found] == ["XID 48", "XID 79"]


def test_only_memory_that_could_not_be_corrected_is_bad_at_once() -> None:
    values = [5.0, 5, 6, 6]
    (one,) = bad("hw.gpu.ecc.errors", values, {"error.type": "dram_uncorrectable"})
    assert (one.severity, one.since) == (Severity.CRITICAL, START + 2 * MINUTE)
    assert bad("hw.gpu.ecc.errors", values, {"error.type": "dram_correctable"}) == []
    assert len(bad("aws.neuron.ecc.events", values, {"error.type": "sram_ecc_uncorrected"})) == 1


def test_a_total_that_fell_began_anew() -> None:
    labels = {"error.type": "sram_uncorrectable"}
    assert bad("hw.gpu.ecc.errors", [9, 9, 0, 0], labels) == []
    (one,) = bad("hw.gpu.ecc.errors", [9, 9, 2, 2], labels)
    assert one.score == 2


def test_neuron_errors_go_by_the_severity_of_their_class() -> None:
    fatal = {"error.type": "DMA_ERROR", "aws.neuron.error.severity": "critical"}
    assert bad("aws.neuron.hardware.errors", [0, 1], fatal)[0].severity is Severity.CRITICAL
    unknown = {"error.type": "NEW_ERROR"}
    assert bad("aws.neuron.hardware.errors", [0, 1], unknown)[0].severity is Severity.WARNING
    failed = {"error.type": "hardware"}
    assert bad("aws.neuron.execution.errors", [0, 3], failed)[0].score == 3
    assert bad("aws.neuron.execution.errors", [0, 3], {"error.type": "numerical"}) == []


def test_a_state_lasts_as_long_as_it_is_there() -> None:
    (one,) = bad("hw.gpu.row_remap.pending", [0, 1, 1, 1, 0])
    assert (one.since, one.until) == (START + MINUTE, START + 3 * MINUTE)
    assert one.severity is Severity.WARNING


def test_a_link_that_never_was_up_is_not_down() -> None:
    assert bad("hw.gpu.nvlink.up", [0, 0, 0]) == []
    (one,) = bad("hw.gpu.nvlink.up", [0, 1, 1, 0, 0, 1])
    assert (one.since, one.until) == (START + 3 * MINUTE, START + 4 * MINUTE)


def test_errors_far_apart_are_two_anomalies() -> None:
    values = [0.0] * 100
    values[3] = values[20] = values[60] = 1
    found = bad("hw.gpu.xid.events", values, {"nvidia.xid": "48"})
    assert [one.score for one in found] == [2, 1]


def test_every_rule_is_about_a_signal_there_is() -> None:
    assert {rule.signal for rule in (*ERRORS, *STATES)} <= set(signals())


def test_a_series_without_a_rule_or_a_sample_has_no_error() -> None:
    assert bad("system.cpu.utilization", [1, 2, 3]) == []
    assert ErrorClasses().find(Batch.empty()) == []
    assert bad("hw.gpu.xid", []) == []
    assert (
        ErrorClasses().find(Batch.of_series(SeriesKey("x"), np.array([1]), np.array([1.0]))) == []
    )
