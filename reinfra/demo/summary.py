"""What the demo found, as values and as lines for a terminal."""

from collections.abc import Iterator
from dataclasses import dataclass

from detectors.labels import Verification
from judge.report import JudgeReport, SetReport
from judge.statistics import Estimate
from reinfra.batch.detect import Report
from reinfra.gaps.scorecard import Refusal, Scorecard
from reinfra.gaps.text import summary as gap_line
from reinfra.model import MINUTE, Incident, iso
from reinfra.store.backlog import Counts

_JUDGES_SHOWN = 3
_INCIDENTS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Labelled:
    """A recording or a planted fault with labelled windows, beside what was found."""

    name: str
    result: Verification


@dataclass(frozen=True, slots=True)
class Summary:
    """What one demo found. `provenance` is the sentence that every page carries too."""

    provenance: str
    detection: Report
    labelled: tuple[Labelled, ...]
    incidents: tuple[Incident, ...]
    graded: tuple[SetReport, ...]
    gaps: tuple[Scorecard | Refusal, ...]
    outbox: dict[str, Counts]
    file: str

    def lines(self) -> Iterator[str]:
        """The summary as a person reads it."""
        yield self.provenance
        yield from self._signals()
        yield from self._labels()
        yield from self._incidents()
        if self.graded:
            yield "\nAnswers graded (judge's agreement with people; means with 95 % intervals)"
            yield from (line for each in self.graded for line in _of_set(each))
        if self.gaps:
            yield "\nPurpose-built against adapted (an association in these runs, not a cause)"
            yield from (f"  {gap_line(each)}" for each in self.gaps)
        yield from self._messages()

    def _signals(self) -> Iterator[str]:
        found = self.detection
        yield (
            f"\nSignals: {found.series} series from {iso(found.since)} to {iso(found.until)}; "
            f"{found.scored} judged by their values, {found.warming} too short or too few samples for that"
        )
        yield f"Anomalies: {found.anomalies}, in {len(self.incidents)} incidents"

    def _labels(self) -> Iterator[str]:
        if not self.labelled:
            return
        hits = sum(len(each.result.hits) for each in self.labelled)
        missed = sum(len(each.result.missed) for each in self.labelled)
        false = sum(len(each.result.false) for each in self.labelled)
        unjudged = sum(len(each.result.unjudged) for each in self.labelled)
        early = f", {unjudged} not judged yet (warming up)" if unjudged else ""
        yield (
            f"\nAgainst the labels: {hits} of {hits + missed} windows hit{early}, "
            f"{false} anomalies outside any window"
        )
        yield from (f"  {line}" for each in self.labelled for line in _of_labels(each))

    def _incidents(self) -> Iterator[str]:
        if self.incidents:
            yield f"\nIncidents, the latest {min(_INCIDENTS_SHOWN, len(self.incidents))}"
        for one in self.incidents[:_INCIDENTS_SHOWN]:
            yield f"  {one.name} {one.severity} {one.state} since {iso(one.since)}: {one.title}"

    def _messages(self) -> Iterator[str]:
        for channel, counts in self.outbox.items():
            waiting = f", {counts.pending} waiting" if counts.pending else ""
            dead = f", {counts.dead} given up" if counts.dead else ""
            where = f" to {self.file}" if channel == "file" else ""
            yield f"\nAlerts: {counts.sent} sent{where} by channel {channel}{waiting}{dead}"


def _of_labels(each: Labelled) -> Iterator[str]:
    result = each.result
    parts = [f"hit {iso(hit.window.since)} after {hit.delay // MINUTE} min" for hit in result.hits]
    parts += [f"missed {iso(window.since)}" for window in result.missed]
    parts += [f"{iso(window.since)} not judged yet (warming up)" for window in result.unjudged]
    false = f"; {len(result.false)} outside" if result.false else ""
    yield f"{each.name}: {', '.join(parts) or 'no window'}{false}"


def _of_set(one: SetReport) -> Iterator[str]:
    yield f"  {one.name}: {one.items} items. {one.meaning}"
    best = sorted(one.judges, key=lambda judge: -judge.kappa.value)[:_JUDGES_SHOWN]
    yield from (f"    {_of_judge(judge)}" for judge in best)
    if len(one.judges) > len(best):
        yield f"    and {len(one.judges) - len(best)} more: `reinfra judge report`"


def _of_judge(judge: JudgeReport) -> str:
    return (
        f"{judge.judge}: kappa {_shown(judge.kappa)}, naive mean {_shown(judge.naive)}, "
        f"corrected by {judge.labelled} labels {_shown(judge.corrected)} ({judge.badge})"
    )


def _shown(estimate: Estimate) -> str:
    if not estimate.has_interval:
        return f"unknown: {estimate.reason}"
    return f"{estimate.value:.2f} [{estimate.low:.2f}, {estimate.high:.2f}]"
