"""Hourly totals per node of a fleet, read from rollups: a month of many series without opening it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from reinfra.gaps.live_fleet import Fleet, node_of
from reinfra.gaps.live_measures import PAID, Form, LiveMeasure
from reinfra.gaps.prices import Prices
from reinfra.model import HOUR, Kind, Origin, SeriesKey
from reinfra.store import Rule, SampleStore, Selector, Stored
from reinfra.store.charts import read_chart

Floats = NDArray[np.float64]
HOUR_SECONDS = 3600.0


@dataclass(frozen=True, slots=True, eq=False)
class Totals:
    """`values` are [node, hour, k], zero where a node said nothing; `missing` says why there are none.

    Of a quantile k runs over the buckets' upper `edges`, and a value is a count inside the bucket.
    """

    nodes: tuple[str, ...]
    values: Floats
    signals: tuple[str, ...]
    edges: tuple[float, ...] = ()
    missing: str = ""
    origin: Origin = Origin.LIVE


@dataclass(frozen=True, slots=True)
class Span:
    """Whole hours, in milliseconds since 1970 UTC; `until` is not included."""

    since: int
    until: int

    @classmethod
    def of(cls, since: int, until: int) -> "Span":
        return cls(-(-since // HOUR) * HOUR, until // HOUR * HOUR)

    @property
    def hours(self) -> int:
        return max((self.until - self.since) // HOUR, 0)


def totals(
    store: SampleStore, fleet: Fleet, measure: LiveMeasure, span: Span, prices: Prices
) -> Totals:
    """What `measure` is made of in one fleet."""
    found = _first(store, fleet, measure.signals, span)
    if found is None:
        return _none(f"{fleet.name} has no series of {' or '.join(measure.signals)}")
    made = _made(store, (fleet, prices), measure, span, found)
    return replace(made, origin=least_real(one.key.origin for one in found[1]))


def least_real(origins: Iterable[Origin]) -> Origin:
    """What is made of several is simulated as soon as one of them is, else recorded as soon as one is."""
    found = set(origins)
    order = (Origin.SIMULATED, Origin.RECORDED)
    return next((one for one in order if one in found), Origin.LIVE)


def _made(
    store: SampleStore,
    of: tuple[Fleet, Prices],
    measure: LiveMeasure,
    span: Span,
    found: tuple[str, list[Stored]],
) -> Totals:
    (fleet, prices), (name, selected) = of, found
    if measure.form is Form.QUANTILE:
        return _buckets(store, selected, span, name)
    upper, counts, nodes = _by_node(store, selected, span)
    if measure.form is Form.MEAN:
        return Totals(nodes, np.stack([upper, counts], axis=-1), (name,))
    if measure.per == (PAID,):
        return _per_dollar(upper, counts, nodes, (fleet, prices, name))
    other = _first(store, fleet, measure.per, span)
    if other is None:
        return _none(f"{fleet.name} has no series of {' or '.join(measure.per)}")
    lower, _, others = _by_node(store, other[1], span)
    every = tuple(sorted({*nodes, *others}))
    parts = [_spread(upper, nodes, every), _spread(lower, others, every)]
    return Totals(every, np.stack(parts, axis=-1), (name, other[0]))


def _none(why: str) -> Totals:
    return Totals((), np.empty((0, 0, 0)), (), (), why)


def _first(
    store: SampleStore, fleet: Fleet, selectors: tuple[str, ...], span: Span
) -> tuple[str, list[Stored]] | None:
    """The first selector that the fleet has series of in the span."""
    for text in selectors:
        selected = [
            one
            for one in store.series(Selector.parse(text))
            if fleet.has(one.key) and one.last_at >= span.since and one.first_at < span.until
        ]
        if selected:
            return text, selected
    return None


def _hourly(store: SampleStore, selected: list[Stored], span: Span) -> Floats:
    """[series, hour]: the mean of a level, the increase of a total; NaN where there was no sample."""
    block = read_chart(store, selected, span.since, span.until, max(span.hours, 1), Rule.MEAN)
    inside = (block.at >= span.since) & (block.at < span.until)
    values = np.where(block.mask & np.isfinite(block.values), block.values, np.nan)[:, inside]
    factor = [HOUR_SECONDS if _per_second(one.key) else 1.0 for one in selected]
    return np.asarray(values * np.array(factor)[:, None], np.float64)


def _per_second(key: SeriesKey) -> bool:
    return key.kind is Kind.GAUGE and (key.unit == "W" or key.unit.endswith("/s"))


def _by_node(
    store: SampleStore, selected: list[Stored], span: Span
) -> tuple[Floats, Floats, tuple[str, ...]]:
    """Sums over each node's series and how many of them said something, both [node, hour]."""
    values = _hourly(store, selected, span)
    names = [node_of(one.key) for one in selected]
    nodes = tuple(sorted({*names} - {""}))
    place = {node: row for row, node in enumerate(nodes)}
    known = np.array([row for row, name in enumerate(names) if name], np.intp)
    row = np.array([place[names[one]] for one in known], np.intp)
    sums, counts = np.zeros((2, len(nodes), span.hours))
    np.add.at(sums, row, np.nan_to_num(values[known]))
    np.add.at(counts, row, np.isfinite(values[known]))
    return sums, counts, nodes


def _spread(values: Floats, nodes: tuple[str, ...], every: tuple[str, ...]) -> Floats:
    rows = dict(zip(nodes, values, strict=True))
    return np.array([rows.get(node, np.zeros(values.shape[1])) for node in every])


def _per_dollar(
    upper: Floats, counts: Floats, nodes: tuple[str, ...], said: tuple[Fleet, Prices, str]
) -> Totals:
    """Every hour in which a node reported is paid for, at its type's price."""
    fleet, prices, name = said
    kinds: Mapping[str, str] = {node: fleet.types.get(node, "") for node in nodes}
    unknown = sorted(
        {kind or f"{node} (type unknown)" for node, kind in kinds.items() if kind not in prices}
    )
    if unknown:
        return _none(f"no price is known for {', '.join(unknown[:5])}")
    usd = np.array([prices[kinds[node]].usd_per_hour for node in nodes])
    paid = np.where(counts > 0, usd[:, None], 0.0)
    return Totals(nodes, np.stack([upper, paid], axis=-1), (name, PAID))


def _buckets(store: SampleStore, selected: list[Stored], span: Span, name: str) -> Totals:
    """Counts inside each bucket, merged over a node's histograms; only of identical buckets."""
    bounds = [one.key.label("le") for one in selected]
    if not all(bounds):
        return _none(f"{name} is no histogram here: quantiles of quantiles are not taken")
    edges = tuple(sorted({float(bound) for bound in bounds}))
    values = np.nan_to_num(_hourly(store, selected, span))
    nodes = tuple(sorted({node_of(one.key) for one in selected} - {""}))
    whole = np.zeros((len(nodes), span.hours, len(edges)))
    places = {node: row for row, node in enumerate(nodes)}
    sets: dict[tuple[tuple[str, str], ...], set[float]] = {}
    for row, (one, bound) in enumerate(zip(selected, bounds, strict=True)):
        rest = tuple(pair for pair in one.key.labels if pair[0] != "le")
        sets.setdefault(rest, set()).add(float(bound))
        if node_of(one.key):
            whole[places[node_of(one.key)], :, edges.index(float(bound))] += values[row]
    if any(one != set(edges) for one in sets.values()) or not np.isinf(edges[-1]):
        return _none(f"the histograms of {name} have different buckets: they cannot be merged")
    rising = np.maximum.accumulate(whole, axis=2)  # scrapes can tear a histogram
    return Totals(nodes, np.diff(rising, axis=2, prepend=0.0), (name,), edges)
