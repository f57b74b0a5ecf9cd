"""False alarms promised and measured, on one-minute service metrics with labelled incidents."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from benchmarks.detection import alerts
from benchmarks.detection.alerts import Worth
from benchmarks.detection.development import Development, absent, block_of, read
from benchmarks.results import table
from detectors.base import Scores
from detectors.registry import detector
from detectors.threshold import FalseAlarmRate
from reinfra.model import MINUTE, SeriesBlock

TARGETS = (0.1, 0.25, 0.5, 1.0, 3.0)
FLEETS = (1, 3, 5, 10, 20, 40)
_ACKNOWLEDGED = 30  # points on either side of an incident that nobody learns from
_DRAWN = 80  # series, for each size of fleet

COLUMNS = (
    "promised", "false per series-week", "90th percentile", "precision", "recall", "median delay, min"
)  # fmt: skip

HEAD = """## False alarms: promised and measured

One-minute service metrics. The first half of each series is history, the second is judged; thresholds are
pooled over the series and made anew each day. Labels are used to judge only, but for the second table, where
the incidents of the first half count as acknowledged. 95 % intervals: series drawn anew. The replay's constants
were chosen on the WSD series, so its row is fitted to them; IOPS was not looked at for that."""


def run(*, quick: bool = False) -> Iterator[str]:
    """`quick`: two targets, and no fleets."""
    yield HEAD
    targets = (0.25, 1.0) if quick else TARGETS
    for source, pattern in (("WSD", "ops_kpi_WSD*.parquet"), ("IOPS", "ops_kpi_IOPS*.parquet")):
        if why := absent(pattern):
            yield f"{source}: {why}"
            continue
        series = list(read(pattern))
        block = block_of(series, MINUTE)
        scores = detector("autoregression").score(block)
        count = sum(len(alerts.incidents(_judged(one))) for one in series)
        what = f"{source}, {len(series)} series, {count} incidents"
        yield f"{what}, without labels:\n\n{_targets(series, block, scores, None, targets)}"
        if source == "WSD":
            acknowledged = _targets(series, block, scores, _acknowledged(series, block), targets)
            yield f"{what}, earlier incidents acknowledged:\n\n{acknowledged}"
            if quick:
                return
            yield f"{what}, in fleets drawn at random, promised 0.25:\n\n{_fleets(series, block, scores)}"


def _targets(
    series: list[Development],
    block: SeriesBlock,
    scores: Scores,
    excluded: NDArray[np.bool_] | None,
    targets: Sequence[float],
) -> str:
    rows = []
    for target in targets:
        worths = _worths(series, block, scores, FalseAlarmRate(target), excluded)
        rows.append((f"{target:g}", *_figures(worths)))
    return table(COLUMNS, rows)


def _fleets(series: list[Development], block: SeriesBlock, scores: Scores) -> str:
    rng, rows = np.random.default_rng(0), []
    for size in FLEETS:
        worths: list[Worth] = []
        for _ in range(max(1, _DRAWN // size)):
            drawn = rng.choice(len(series), min(size, len(series)), replace=False)
            parts = (scores.values[drawn], scores.expected[drawn], scores.scale[drawn])
            fleet = [series[row] for row in drawn]
            worths += _worths(fleet, block.select(drawn), Scores(*parts), FalseAlarmRate(), None)
        rows.append((size, *_figures(worths)))
    return table(("series in the fleet", *COLUMNS[1:]), rows)


def _worths(
    series: list[Development],
    block: SeriesBlock,
    scores: Scores,
    rate: FalseAlarmRate,
    excluded: NDArray[np.bool_] | None,
) -> list[Worth]:
    flagged = scores.values > rate.thresholds(block, scores, excluded)
    return [
        Worth.of(row[one.values.size // 2 : one.values.size], _judged(one))
        for row, one in zip(flagged, series, strict=True)
    ]


def _judged(one: Development) -> NDArray[np.bool_]:
    return one.labels[one.values.size // 2 :]


def _acknowledged(series: list[Development], block: SeriesBlock) -> NDArray[np.bool_]:
    found = np.zeros(block.values.shape, np.bool_)
    for row, one in zip(found, series, strict=True):
        for begin, end in alerts.incidents(one.labels[: one.values.size // 2]):
            row[max(0, begin - _ACKNOWLEDGED) : end + _ACKNOWLEDGED] = True
    return found


def _figures(worths: Sequence[Worth]) -> tuple[str, ...]:
    def said(figure: alerts.Figure) -> str:
        low, high = alerts.interval(worths, figure)
        return f"{figure(worths):.2f} [{low:.2f}, {high:.2f}]"

    return (
        said(alerts.false_per_week),
        f"{alerts.ninetieth(worths):.2f}",
        said(alerts.precision),
        said(alerts.recall),
        f"{alerts.delay(worths):.0f}",
    )
