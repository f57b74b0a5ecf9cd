"""What is asked for: the queries of presets and settings, and what there is not."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from collectors.cloudwatch.discover import Sweep
from collectors.cloudwatch.preset import Preset, Row, load
from collectors.cloudwatch.query import Naming, Query, facts
from reinfra.config.sources.cloudwatch import CloudWatchSource
from reinfra.model import Absence, Coverage, Fact, SeriesKey, Subject, subject

TWICE = "a second metric of the same signal and labels"
BEYOND = "metrics beyond max_metrics"


@dataclass(frozen=True, slots=True)
class Plan:
    queries: tuple[Query, ...]
    absences: tuple[Absence, ...]
    facts: tuple[Fact, ...]
    refused: dict[str, int]


def plan(settings: CloudWatchSource, sweep: Sweep, naming: Naming) -> Plan:
    """Asks CloudWatch what it has. Raises what botocore raises."""
    presets = [load(name) for name in settings.presets]
    listed = sweep.of_presets(presets)
    kept: dict[SeriesKey, Query] = {}
    twice = 0
    for plainly, spelled_out in _candidates(settings, sweep, naming, presets, listed):
        query = plainly if plainly.key not in kept else spelled_out
        twice += query.key in kept
        kept.setdefault(query.key, query)
    queries = tuple(kept.values())
    beyond = max(len(queries) - settings.max_metrics, 0)
    refused = {name: count for name, count in ((TWICE, twice), (BEYOND, beyond)) if count}
    queries = queries[: settings.max_metrics]
    found = {fact for query in queries for fact in facts(query.namespace, query.dimensions)}
    absences = (*_never(presets, naming), *_unlisted(presets, listed, naming, recent=sweep.recent))
    in_order = sorted(found, key=lambda one: (one.subject, one.name, one.value))
    return Plan(queries, absences, tuple(in_order), refused)


def _candidates(
    settings: CloudWatchSource,
    sweep: Sweep,
    naming: Naming,
    presets: Sequence[Preset],
    listed: dict[Row, list[dict[str, str]]],
) -> Iterator[tuple[Query, Query]]:
    """Every query twice: as it should be called, and as it is called where another is called so already."""
    for preset in presets:
        for row in preset.rows:
            for dimensions in listed[row]:
                for statistic in row.statistics:
                    plain = naming.of_row(row, preset, statistic, dimensions, spell=False)
                    spelt = naming.of_row(row, preset, statistic, dimensions, spell=True)
                    yield plain, spelt
    for metric in settings.metrics:
        for dimensions in sweep.of_metric(metric):
            plain = naming.of_metric(metric, dimensions, spell=False)
            yield plain, naming.of_metric(metric, dimensions, spell=True)


def _never(presets: Sequence[Preset], naming: Naming) -> Iterator[Absence]:
    for preset in presets:
        for one in preset.never:
            yield Absence(_of(preset, naming), one.signal, Coverage.NEVER, one.reason)


def _unlisted(
    presets: Sequence[Preset],
    listed: dict[Row, list[dict[str, str]]],
    naming: Naming,
    *,
    recent: bool,
) -> Iterator[Absence]:
    """Rows that CloudWatch does not list; of several spellings of one thing, only if all are missing."""
    state, when = Coverage.UNSUPPORTED, "two weeks"
    if recent:
        state, when = Coverage.STALE, "three hours"
    for preset in presets:
        there = {_meaning(row) for row in preset.rows if listed[row]}
        for row in preset.rows:
            if _meaning(row) not in there:
                needed = f" with {', '.join(row.needs)}" if row.needs else ""
                why = f"CloudWatch lists no {row.namespace} {row.metric}{needed} in the last {when}"
                of = subject({**dict(_of(preset, naming)), **row.labels})
                yield Absence(of, row.signal.name, state, why)


def _meaning(row: Row) -> tuple[str, Subject]:
    return row.signal.name, subject(row.labels)


def _of(preset: Preset, naming: Naming) -> Subject:
    return subject({**naming.base, "service.name": preset.service})
