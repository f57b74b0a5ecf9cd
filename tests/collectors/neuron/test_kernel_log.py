from pathlib import Path

import pytest

from collectors.base import CollectorError
from collectors.neuron.hardware_errors import HardwareError, classes, parse
from collectors.neuron.kernel_log import KernelLog
from collectors.neuron.kernel_source import SIGNAL, KernelSource
from reinfra.model import Batch, Coverage, Report
from tests.collectors.recordings import value

LINE = (
    "[ 1234.5] NEURON_HW_ERR=SRAM_UNCORRECTABLE_ERROR instance-id=i-0592464924bd45322 hostname=ip-172-31-61-252 "
    "nd-id=0 nc-id=1 serial-num=19fcda00f5ff6eb9 action=TERMINATE_INSTANCE\n"
)
"""The line of AWS's troubleshooting guide, on another core."""

ERROR = HardwareError("SRAM_UNCORRECTABLE_ERROR", 0, 1, "TERMINATE_INSTANCE")


def test_a_line_of_the_driver_is_understood() -> None:
    assert parse(LINE.encode()) == ERROR
    assert parse(b"6,339,5140900,-;NEURON_HW_ERR=DMA_ERROR") == HardwareError(
        "DMA_ERROR", None, None, ""
    )


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"usb 1-1: new device",
        b"NEURON_HW_ERR=",
        b"NEURON_HW_ERR=<script> x",
        b"NEURON_HW_ERR=a",
    ],
)
def test_every_other_line_is_none(line: bytes) -> None:
    assert parse(line) is None


def test_every_class_of_the_table_has_a_severity() -> None:
    assert set(classes().values()) <= {"warning", "critical"}
    assert "HBM_UNCORRECTABLE_ERROR" in classes()


def test_errors_are_counted_from_the_logs_beginning_on(tmp_path: Path) -> None:
    file = tmp_path / "kern.log"
    file.write_text(LINE + "something else\n" + LINE)
    log = KernelLog(file)
    assert log.read() == {ERROR: 2}
    with file.open("a") as more:
        more.write(LINE[:50])
    assert log.read() == {ERROR: 2}
    with file.open("a") as more:
        more.write(LINE[50:])
    assert log.read() == {ERROR: 3}
    log.close()


def test_a_log_that_was_rotated_or_cut_counts_from_zero(tmp_path: Path) -> None:
    file = tmp_path / "kern.log"
    file.write_text(LINE * 3)
    log = KernelLog(file)
    assert log.read() == {ERROR: 3}
    file.rename(tmp_path / "kern.log.1")
    file.write_text(LINE)
    assert log.read() == {ERROR: 1}
    file.write_text("")
    assert log.read() == {}
    log.close()


def test_a_log_that_is_not_there_is_an_error_and_is_read_when_it_comes(tmp_path: Path) -> None:
    log = KernelLog(tmp_path / "kern.log")
    with pytest.raises(CollectorError, match="No such file"):
        log.read()
    (tmp_path / "kern.log").write_text(LINE)
    assert log.read() == {ERROR: 1}
    log.close()


def test_every_device_starts_at_zero_errors_of_every_class(tmp_path: Path) -> None:
    file = tmp_path / "kern.log"
    file.write_text(LINE)
    source = KernelSource(file, {"host.name": "h", "rack": "r1"})
    batch, report = source.collect(1, devices=(0, 1))
    assert isinstance(batch, Batch)
    assert len(batch) == 2 * len(classes())
    found = {"hw.id": "neuron0", "error.type": ERROR.kind, "aws.neuron.error.severity": "critical"}
    assert value(batch, SIGNAL, {**found, "rack": "r1"}) == 1
    assert batch.value.sum() == 1
    assert isinstance(report, Report)
    (fact,) = report.facts
    assert fact.value == "TERMINATE_INSTANCE"
    source.close()


def test_a_class_that_is_not_known_is_counted_without_a_severity(tmp_path: Path) -> None:
    file = tmp_path / "kern.log"
    file.write_text("NEURON_HW_ERR=PE_ARRAY_ERROR nd-id=3\n")
    batch, _ = KernelSource(file, {"host.name": "h"}).collect(1, devices=())
    assert isinstance(batch, Batch)
    (key,) = batch.keys
    assert (key.label("error.type"), key.label("aws.neuron.error.severity")) == (
        "PE_ARRAY_ERROR",
        "",
    )


def test_a_log_that_cannot_be_read_is_an_absence(tmp_path: Path) -> None:
    (report,) = KernelSource(tmp_path / "none", {"host.name": "h"}).collect(1, devices=(0,))
    assert isinstance(report, Report)
    (absence,) = report.absences
    assert (absence.signal, absence.state) == (SIGNAL, Coverage.FAILING)
