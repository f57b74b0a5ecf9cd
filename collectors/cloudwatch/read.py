"""GetMetricData: as many metrics as one call takes, page by page, until each has said that it is complete."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from collectors.base import CollectorError
from collectors.cloudwatch.query import Query
from collectors.cloudwatch.spent import Spent
from collectors.cloudwatch.window import Span
from reinfra.model import SECOND, Batch, iso

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_cloudwatch.type_defs import GetMetricDataOutputTypeDef, MetricDataResultTypeDef

AT_ONCE = 500
"""Metrics that GetMetricData takes in one call."""

_TRIES = 3
_MOST_PAGES = 1_000
_REASON = 200
Window = tuple[int, int, int]
"""First instant and the one after the last in ms, and the period in seconds."""

OUTSIDE = "values outside the period that was asked for"


@dataclass(slots=True)
class Result:
    """What one metric has said so far: times in ms, values, and how its last page ended."""

    at: list[int] = field(default_factory=list)
    value: list[float] = field(default_factory=list)
    status: str = "InternalError"
    said: str = "no answer for this metric"

    def add(self, page: "MetricDataResultTypeDef") -> None:
        values = page.get("Values", [])
        times = page.get("Timestamps", [])
        if len(values) != len(times):
            raise CollectorError("times and values do not match", where="GetMetricData")
        self.at.extend(round(time.timestamp() * SECOND) for time in times)
        self.value.extend(values)
        self.status = page.get("StatusCode", "Complete")
        words = (
            f"{one.get('Code', '')} {one.get('Value', '')}" for one in page.get("Messages", [])
        )
        self.said = "; ".join(words)[:_REASON].strip()


@dataclass(slots=True)
class Answer:
    """The samples of a span, why some metrics have none or not all, and what was refused."""

    batch: Batch
    failed: dict[Query, str] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)


def read(client: "CloudWatchClient", queries: Sequence[Query], span: Span, spent: Spent) -> Answer:
    """Every query over one span. Raises what botocore raises, and CollectorError for what is no answer."""
    results: dict[Query, Result] = {}
    batches = []
    outside = 0
    for window, due in _by_window(queries, span).items():
        for some in _chunks(due):
            found = _patiently(client, some, window, spent)
            batch, strange = _batch(found, window)
            batches.append(batch)
            outside += strange
            results |= found
    failed = {
        query: f"{one.status} for values from {iso(span.since)} on: {one.said}".rstrip(": ")
        for query, one in results.items()
        if one.status != "Complete"
    }
    return Answer(Batch.concat(batches), failed, {OUTSIDE: outside} if outside else {})


def _by_window(queries: Sequence[Query], span: Span) -> dict[Window, list[Query]]:
    """The queries for which a period ends in the span, of a length that still means what it should."""
    found: dict[Window, list[Query]] = defaultdict(list)
    for query in queries:
        period = span.period(query.period)
        bounds = span.bounds(period)
        if bounds and (query.coarsens or period == query.period):
            found[*bounds, period].append(query)
    return found


def _chunks(queries: Sequence[Query]) -> Iterator[Sequence[Query]]:
    for first in range(0, len(queries), AT_ONCE):
        yield queries[first : first + AT_ONCE]


def _patiently(
    client: "CloudWatchClient",
    queries: Sequence[Query],
    window: Window,
    spent: Spent,
) -> dict[Query, Result]:
    """What did not come whole is asked for again, alone; what is forbidden stays so."""
    found: dict[Query, Result] = {}
    wanted = list(queries)
    for _ in range(_TRIES):
        found |= _ask(client, wanted, window, spent)
        wanted = [one for one in wanted if found[one].status not in {"Complete", "Forbidden"}]
        if not wanted:
            break
    return found


def _ask(
    client: "CloudWatchClient",
    queries: Sequence[Query],
    window: Window,
    spent: Spent,
) -> dict[Query, Result]:
    begin, end, period = window
    results = {f"m{i}": Result() for i in range(len(queries))}
    spent.metrics += len(queries)
    token = ""
    for _ in range(_MOST_PAGES):
        page: GetMetricDataOutputTypeDef = client.get_metric_data(
            MetricDataQueries=[one.asked(f"m{i}", period) for i, one in enumerate(queries)],
            StartTime=_moment(begin),
            EndTime=_moment(end),
            ScanBy="TimestampAscending",
            **({"NextToken": token} if token else {}),  # type: ignore[arg-type]
        )
        for one in page.get("MetricDataResults", []):
            if one.get("Id", "") in results:
                results[one["Id"]].add(one)
        token = page.get("NextToken", "")
        if not token:
            return dict(zip(queries, results.values(), strict=True))
    raise CollectorError("an answer without an end", where="GetMetricData")


def _batch(found: dict[Query, Result], window: Window) -> tuple[Batch, int]:
    """The samples of the window in base units, and how many were outside of it."""
    begin, end, _ = window
    counts = [len(one.at) for one in found.values()]
    factors = np.array([query.factor for query in found])
    series = np.repeat(np.arange(len(found), dtype=np.int32), counts)
    at = np.array([at for one in found.values() for at in one.at], np.int64)
    value = np.array([value for one in found.values() for value in one.value], np.float64)
    inside = (at >= begin) & (at < end)
    keys = tuple(query.key for query in found)
    batch = Batch(keys, series[inside], at[inside], (value * factors[series])[inside])
    return batch, int((~inside).sum())


def _moment(at: int) -> datetime:
    return datetime.fromtimestamp(at / SECOND, UTC)
