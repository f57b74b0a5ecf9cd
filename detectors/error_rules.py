"""Which errors and states are bad by themselves, and how bad; the first rule that fits a series counts."""

import fnmatch
from collections.abc import Iterator
from dataclasses import dataclass

from reinfra.model import SeriesKey, Severity
from reinfra.signals.xid import Xid, xid


@dataclass(frozen=True, slots=True)
class ErrorRule:
    """A signal, its `error.type` or severity as a pattern, and what an error of it means."""

    signal: str
    means: str
    severity: Severity
    label: str = ""
    pattern: str = "*"
    good: float = 0.0
    """The value of a state at which all is well; it is bad beyond it, and for 1 below it once it was 1."""

    def fits(self, key: SeriesKey) -> bool:
        return key.metric == self.signal and (
            not self.label or fnmatch.fnmatchcase(key.label(self.label), self.pattern)
        )


XID_EVENTS, LAST_XID = "hw.gpu.xid.events", "hw.gpu.xid"
XID_CODE = "nvidia.xid"
_TYPE = "error.type"

ERRORS = (
    ErrorRule(
        "hw.gpu.ecc.errors",
        "memory that could not be corrected: what used it has failed",
        Severity.CRITICAL,
        _TYPE,
        "*_uncorrectable",
    ),
    ErrorRule(
        "aws.neuron.ecc.events",
        "memory that could not be corrected: AWS calls for another instance",
        Severity.CRITICAL,
        _TYPE,
        "*_uncorrected",
    ),
    ErrorRule(
        "aws.neuron.hardware.errors",
        "a permanent error of the device",
        Severity.CRITICAL,
        "aws.neuron.error.severity",
        "critical",
    ),
    ErrorRule(
        "aws.neuron.hardware.errors", "an error of the device of an unknown class", Severity.WARNING
    ),
    ErrorRule(
        "aws.neuron.execution.errors",
        "an execution that the hardware failed",
        Severity.CRITICAL,
        _TYPE,
        "hardware",
    ),
)
"""Each error counts by itself. Sources: NVIDIA's Xid catalogue for memory that no code corrects (Xid 48), the
Neuron node problem detector of aws-neuron-sdk at 81ce03a, which calls these classes permanent."""

STATES = (
    ErrorRule("hw.gpu.row_remap.failed", "no spare rows are left", Severity.CRITICAL),
    ErrorRule("hw.gpu.row_remap.pending", "a reset of the GPU is due", Severity.WARNING),
    ErrorRule("hw.gpu.retired_pages.pending", "a reset of the GPU is due", Severity.WARNING),
    ErrorRule("aws.ec2.status_check.failed", "the instance fails AWS's check", Severity.CRITICAL),
    ErrorRule(
        "aws.neuron.device.unhealthy_component.count",
        "the firmware calls a component unhealthy",
        Severity.CRITICAL,
    ),
    ErrorRule("hw.gpu.nvlink.up", "the link was up and is not", Severity.WARNING, good=1.0),
    ErrorRule("hw.network.up", "the link was up and is not", Severity.WARNING, good=1.0),
)
"""Each lasts as long as the value says so."""


def rule_of(key: SeriesKey) -> ErrorRule | None:
    """None for a series of which no single error says enough."""
    if key.metric == XID_EVENTS:
        return of_xid(XID_EVENTS, key.label(XID_CODE))
    return next((rule for rule in (*ERRORS, *STATES) if rule.fits(key)), None)


def of_xid(signal: str, code: str) -> ErrorRule | None:
    """What the catalogue says of a code; None where it is harmless, or no number."""
    found = xid(int(code)) if code.isascii() and code.isdecimal() else None
    if found is None or found.severity is Severity.INFO:
        return None
    return ErrorRule(signal, " ".join(_words(found)), found.severity)


def _words(found: Xid) -> Iterator[str]:
    yield f"XID {found.code}"
    if found.description:
        yield f"({found.description})"
    if found.action:
        yield f"calls for {found.action}"
