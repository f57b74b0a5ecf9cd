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
from collectors.otlp.series import DCGM, Series
from collectors.scrape.blanks import blank
from reinfra.model import Report


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
        report = Report(facts=self.resources.facts(told), refused=dict(request.complaints.refused))

        def safe() -> None:
            memory.resets.note(columns.series, columns.at, columns.since)
            self.resources.told(told)

        return Received(batch, report, request.complaints, request.items, safe)


def _without_blanks(columns: Columns, series: Series, complaints: Complaints) -> Columns:
    """Without what DCGM gives where it has no number, which a collector that scrapes it hands on."""
    if not series.dcgm:
        return columns
    blanks = np.isin(columns.series, series.dcgm) & blank(columns.value)
    if not blanks.any():
        return columns
    complaints.refuse("a number with which DCGM says that it has none", DCGM, int(blanks.sum()))
    return columns.take(~blanks)
