"""What neuron-monitor said since it was last asked, and whether it still says anything."""

from collections import Counter
from collections.abc import Iterator

from collectors.base import CollectorError
from collectors.neuron.inbox import Inbox
from collectors.neuron.process import Process
from collectors.neuron.report import Reader, parse
from reinfra.model import Batch, Report, SeriesKey

_SILENT_PERIODS = 3
_LEAST_SILENCE = 5.0
_UNREADABLE = "reports that cannot be read"


class Monitor:
    """`said` are the series of its latest report: what it gives, no other source need give."""

    def __init__(
        self, process: Process, inbox: Inbox, reader: Reader, period: float, timeout: float
    ) -> None:
        self._process, self._inbox, self._reader = process, inbox, reader
        self._silence = max(_SILENT_PERIODS * period, _LEAST_SILENCE)
        self._timeout = timeout
        self._beside = Report()
        self.said: frozenset[SeriesKey] = frozenset()

    @property
    def starts(self) -> int:
        """How often the program was started."""
        return self._process.starts

    def collect(self) -> Iterator[Batch | Report]:
        """The batch of all reports that came, then what they say beside samples.

        The first call waits for the first report. Raises CollectorError after what there is, when
        the program is dead, or silent for three periods, or says nothing that can be read.
        """
        self._process.start()
        came = self._process.wait(self._timeout)
        lines, refused = self._inbox.take()
        batches, unread = self._read_all(lines)
        if batches:
            yield Batch.concat(batches)
        counts = Counter(refused) + Counter({_UNREADABLE: len(unread)})
        yield self._report(counts, fresh=bool(batches))
        self._check(unread[-1] if unread and not batches else "", came=came)

    def close(self) -> None:
        self._process.close()

    def _read_all(self, lines: list[tuple[int, bytes]]) -> tuple[list[Batch], list[str]]:
        batches, unread = [], []
        for at, line in lines:
            try:
                report = parse(line)
                batches.append(self._reader.read(report, at))
                self._beside = self._reader.beside(report)
            except CollectorError as error:
                unread.append(str(error))
        if batches:
            self.said = frozenset(batches[-1].keys)
        return batches, unread

    def _report(self, refused: Counter[str], *, fresh: bool) -> Report:
        """Absences hold until the next report; facts and unknown groups are said once for each."""
        last = self._beside
        if fresh:
            return Report(last.absences, last.facts, refused=refused + Counter(last.refused))
        return Report(last.absences, refused=refused)

    def _check(self, unread: str, *, came: bool) -> None:
        problem = self._process.problem or unread or self._quiet(came=came)
        if problem:
            self.said = frozenset()
            raise CollectorError(problem, where="neuron-monitor")

    def _quiet(self, *, came: bool) -> str:
        silent = self._process.silent_for()
        return "" if came and silent <= self._silence else f"no report for {silent:.0f} s"
