"""Metrics requests as batches. Remembers between them what makes the next one cheap."""

from dataclasses import dataclass, field

import numpy as np

from collectors.otlp.complaints import Complaints
from collectors.otlp.envelope import resources
from collectors.otlp.memory import Memory
from collectors.otlp.metrics_request import Request
from collectors.otlp.points import Columns
from collectors.otlp.received import Received, batch_of
from collectors.otlp.resources import Resources
from collectors.otlp.series import Series
from collectors.scrape.blanks import blank
from reinfra.model import Report

_MOST = 2.0**62
"""No number of a device is as large; DCGM's 64-bit blanks are, whatever rounding did to them."""


@dataclass(slots=True)
class Metrics:
    """Reads metrics requests. Not for two threads at once."""

    resources: Resources
    _memory: Memory = field(default_factory=Memory)

    def read(self, data: bytes) -> Received:
        """Raises MalformedError, TooLargeError."""
        if self._memory.series.full:
            self._memory = Memory()
        memory = self._memory
        request = Request(data, memory, self.resources)
        for start, end in resources(request.wire):
            request.add(start, end)
        columns = _without_blanks(request.columns(), memory.series, request.complaints)
        begun = memory.resets.begun(columns.series, columns.at, columns.since)
        batch = batch_of(columns.after_zeros(begun), memory.series, request.complaints)
        told = request.told
        facts = tuple(memory.series.facts)
        told_of = (*self.resources.facts(told), *facts)
        report = Report(facts=told_of, refused=dict(request.complaints.refused))

        def safe() -> None:
            memory.resets.note(columns.series, columns.at, columns.since)
            self.resources.told(told)
            for fact in facts:
                memory.series.facts.pop(fact, None)

        return Received(batch, report, request.complaints, request.items, safe)


def _without_blanks(columns: Columns, series: Series, complaints: Complaints) -> Columns:
    """Without what DCGM gives where it has no number, which a collector that scrapes it hands on."""
    if not series.dcgm:
        return columns
    these = np.flatnonzero(np.isin(columns.series, list(series.dcgm)))
    factors = np.array([series.dcgm[one] for one in columns.series[these].tolist()])
    given = columns.value[these] / factors
    blanks = np.zeros(len(columns), np.bool_)
    blanks[these] = blank(np.rint(given)) | (given > _MOST)
    if not blanks.any():
        return columns
    complaints.refuse(
        "a number with which DCGM says that it has none", "DCGM_FI_", int(blanks.sum())
    )
    return columns.take(~blanks)
