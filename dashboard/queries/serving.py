"""How model servers answer: latency from histogram buckets, work, queue, cache and errors by model and prompt."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from dashboard.queries.window import Window
from detectors.base import Floats
from reinfra.model import SECOND, Kind, SeriesBlock, SeriesKey
from reinfra.store import SampleStore, Stored
from reinfra.store.charts import read_chart

MOST_SERIES = 4_000
_BUCKETS = 48
_MODELS = ("gen_ai.request.model", "gen_ai.response.model", "model_name")
_BOUND, _TOKENS, _PROMPT = "le", "gen_ai.token.type", "reinfra.prompt.version"
_STATISTIC = "reinfra.statistic"
MEASURES = {
    "time to first token": (
        "gen_ai.server.time_to_first_token",
        "gen_ai.client.operation.time_to_first_chunk",
    ),
    "time per output token": (
        "gen_ai.server.time_per_output_token",
        "gen_ai.client.operation.time_per_output_token",
    ),
    "request, end to end": (
        "gen_ai.server.request.duration",
        "gen_ai.client.operation.duration",
    ),
    "time in queue": ("gen_ai.server.queue.time",),
}
_PREFIXES = ("gen_ai.server.", "gen_ai.client.")
SHARES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}


@dataclass(frozen=True, slots=True, order=True)
class Group:
    """Who answers: "" where no label says it."""

    service: str
    model: str
    prompt: str

    @classmethod
    def of(cls, key: SeriesKey) -> "Group":
        model = next((key.label(name) for name in _MODELS if key.label(name)), "")
        return cls(key.label("service.name"), model, key.label(_PROMPT))


@dataclass(frozen=True, slots=True, eq=False)
class Histogram:
    """`counts[b, t]` observations at most `bounds[b]` in step t, of every server of the group together."""

    bounds: Floats
    counts: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Load:
    """One signal of a group by step, its series added up; `peak` is the most that one series had."""

    kind: Kind
    total: Floats
    peak: float

    @property
    def sum(self) -> float:
        known = self.total[np.isfinite(self.total)]
        return float(known.sum()) if known.size else math.nan

    @property
    def mean(self) -> float:
        known = self.total[np.isfinite(self.total)]
        return float(known.mean()) if known.size else math.nan


@dataclass(frozen=True, slots=True, eq=False)
class Served:
    """`histograms` and `levels` are by group and metric; `loads` also by token type ("" for none).

    `levels` are latencies that came without buckets: means, of which no quantile can be known.
    """

    at: NDArray[np.int64]
    step: int
    histograms: dict[tuple[Group, str], Histogram] = field(default_factory=dict)
    levels: dict[tuple[Group, str], Floats] = field(default_factory=dict)
    loads: dict[tuple[Group, str, str], Load] = field(default_factory=dict)
    read: int = 0
    of: int = 0

    @property
    def groups(self) -> tuple[Group, ...]:
        named = [group for group, _ in (*self.histograms, *self.levels)]
        return tuple(sorted({*named, *(group for group, _, _ in self.loads)}))


def served(store: SampleStore, fleet: Sequence[Stored], window: Window) -> Served | None:
    """None where nothing serves a model."""
    mine = [one for one in fleet if one.key.metric.startswith(_PREFIXES)]
    if not mine:
        return None
    read = mine[:MOST_SERIES]
    block = read_chart(store, read, window.since, window.until, _BUCKETS)
    found = Served(block.at, block.step, read=len(read), of=len(mine))
    latencies = {metric for metrics in MEASURES.values() for metric in metrics}
    rows: dict[tuple[Group, str], list[int]] = defaultdict(list)
    for row, stored in enumerate(read):
        rows[Group.of(stored.key), stored.key.metric].append(row)
    for (group, metric), members in rows.items():
        buckets = [row for row in members if read[row].key.label(_BOUND)]
        if metric in latencies and buckets:
            merged = _merged(block, buckets)
            if merged is not None:
                found.histograms[group, metric] = merged
        elif metric in latencies:
            means = [row for row in members if read[row].key.label(_STATISTIC) in {"", "mean"}]
            found.levels[group, metric] = _mean(block, means)
        elif not buckets:
            found.loads.update(_loads(block, group, metric, members))
    return found


def _merged(block: SeriesBlock, rows: Iterable[int]) -> Histogram | None:
    """Servers' histograms added up, which only equal bounds allow: None where they differ or lack +Inf."""
    by_server: dict[SeriesKey, dict[float, Floats]] = defaultdict(dict)
    for row in rows:
        key = block.keys[row]
        rest = {name: value for name, value in key.labels if name != _BOUND}
        by_server[SeriesKey.of(key.metric, rest)][float(key.label(_BOUND))] = _values(block, row)
    bounds = sorted(next(iter(by_server.values())))
    if not math.isinf(bounds[-1]) or any(sorted(one) != bounds for one in by_server.values()):
        return None
    stacked = np.array([[one[bound] for bound in bounds] for one in by_server.values()])
    counts = _added(stacked)
    return Histogram(np.array(bounds), np.maximum.accumulate(counts, axis=0))


def _loads(
    block: SeriesBlock, group: Group, metric: str, rows: Sequence[int]
) -> dict[tuple[Group, str, str], Load]:
    typed: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        typed[block.keys[row].label(_TOKENS)].append(row)
    loads = {}
    for name, members in typed.items():
        values = np.array([_values(block, row) for row in members])
        known = values[np.isfinite(values)]
        peak = float(known.max()) if known.size else math.nan
        loads[group, metric, name] = Load(block.keys[members[0]].kind, _added(values), peak)
    return loads


def _mean(block: SeriesBlock, rows: Sequence[int]) -> Floats:
    values = np.array([_values(block, row) for row in rows]).reshape(len(rows), block.at.size)
    known = np.isfinite(values)
    total: Floats = np.where(known, values, 0.0).sum(axis=0)
    return np.where(known.any(axis=0), total / np.maximum(known.sum(axis=0), 1), np.nan)


def _values(block: SeriesBlock, row: int) -> Floats:
    return np.where(block.mask[row], block.values[row], np.nan)


def _added(values: Floats) -> Floats:
    """The sum over the first axis of what is known; NaN where nothing is."""
    known = np.isfinite(values)
    return np.where(known.any(axis=0), np.where(known, values, 0.0).sum(axis=0), np.nan)


@dataclass(frozen=True, slots=True, eq=False)
class Bounds:
    """A quantile lies in (low, high]: no more is known from buckets. NaN where nothing was observed."""

    low: Floats
    high: Floats
    count: Floats


def bounds(found: Histogram, share: float) -> Bounds:
    """The bucket of the `share` quantile per step. The lowest begins at 0, the highest has no end (inf)."""
    whole = np.nan_to_num(found.counts)
    total = whole[-1]
    place = np.argmax(whole >= share * total, axis=0)
    edges = np.concatenate([[0.0], found.bounds])
    seen = (total > 0) & np.isfinite(found.counts).all(axis=0)
    low, high = edges[place], edges[place + 1]
    return Bounds(*(np.where(seen, one, np.nan) for one in (low, high, total)))


def whole(found: Histogram) -> Histogram:
    """All steps as one."""
    known = np.isfinite(found.counts).all(axis=0)
    return Histogram(found.bounds, found.counts[:, known].sum(axis=1, keepdims=True))


def rate(found: Served, group: Group, names: Sequence[str], kind: str = "") -> float:
    """Per second: of the first signal that the group has, a level's mean or a count over its known time."""
    for name in names:
        load = found.loads.get((group, name, kind))
        if load is not None and math.isfinite(load.mean):
            return load.mean if load.kind is Kind.GAUGE else load.mean * SECOND / found.step
    return math.nan


def total(found: Served, group: Group, names: Sequence[str]) -> float:
    """A count over the time, of the first of the signals that the group has, all its token types together."""
    for name in names:
        sums = [
            load.sum
            for (of, metric, _), load in found.loads.items()
            if of == group and metric == name and load.kind is not Kind.GAUGE
        ]
        known = [one for one in sums if math.isfinite(one)]
        if known:
            return sum(known)
    return math.nan
