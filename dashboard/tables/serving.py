"""The serving page's tables."""

import math

import numpy as np
import pandas as pd

from dashboard.format import percent
from dashboard.queries.serving import (
    MEASURES,
    SHARES,
    Group,
    Histogram,
    Served,
    bounds,
    rate,
    total,
    whole,
)
from dashboard.text import cell
from reinfra.model import SECOND
from reinfra.signals.wording import UNKNOWN, number, quantity

_REQUESTS = (
    "gen_ai.server.request.completed",
    "gen_ai.server.request.count",
    "gen_ai.client.operation.count",
)
_ARRIVALS = ("gen_ai.server.request.rate", *_REQUESTS)
_SERVER_ERRORS = ("gen_ai.server.request.errors",)
_CLIENT_ERRORS = ("gen_ai.client.operation.errors",)
_TOKENS = ("gen_ai.server.token.rate", "gen_ai.server.token.count")
_WAITING = "gen_ai.server.request.waiting"
_CACHE = "gen_ai.server.kv_cache.utilization"
_HITS = ("gen_ai.server.prefix_cache.hits",)
_QUERIES = ("gen_ai.server.prefix_cache.queries",)


def named(group: Group) -> dict[str, str]:
    return {
        "service": cell(group.service or UNKNOWN, 80),
        "model": cell(group.model or UNKNOWN, 80),
        "prompt version": cell(group.prompt or UNKNOWN, 60),
    }


def latencies(found: Served) -> pd.DataFrame:
    """A row for each group and measure: quantiles as the bounds of their bucket, or why there are none."""
    return pd.DataFrame(
        named(group)
        | {"measure": measure, "seen by": _side(metric)}
        | _quantiles(found, group, metric)
        for group in found.groups
        for measure, metrics in MEASURES.items()
        for metric in metrics
        if (group, metric) in found.histograms or (group, metric) in found.levels
    )


def work(found: Served) -> pd.DataFrame:
    """A row for each group: requests, tokens, queue, cache and errors of the time."""
    return pd.DataFrame(named(group) | _work(found, group) for group in found.groups)


def span(low: float, high: float) -> str:
    """A bucket as text."""
    if not math.isfinite(low):
        return UNKNOWN
    if math.isinf(high):
        return f"above {quantity(low, 's')}"
    return f"{quantity(low, 's')} to {quantity(high, 's')}"


def _side(metric: str) -> str:
    return "server" if metric.startswith("gen_ai.server.") else "client"


def _quantiles(found: Served, group: Group, metric: str) -> dict[str, str]:
    histogram = found.histograms.get((group, metric))
    if histogram is None:
        level = found.levels[group, metric]
        known = level[np.isfinite(level)]
        mean = quantity(float(known.mean()), "s") if known.size else UNKNOWN
        unknown = dict.fromkeys(SHARES, UNKNOWN)
        return {**unknown, "requests": UNKNOWN, "note": f"no buckets, so no quantile; mean {mean}"}
    return {**_spans(whole(histogram)), "note": "the bounds of the bucket it lies in"}


def _spans(histogram: Histogram) -> dict[str, str]:
    made = {name: bounds(histogram, share) for name, share in SHARES.items()}
    spans = {name: span(float(one.low[0]), float(one.high[0])) for name, one in made.items()}
    return {**spans, "requests": number(float(made["p50"].count[0]))}


def _work(found: Served, group: Group) -> dict[str, str]:
    hits, queries = total(found, group, _HITS), total(found, group, _QUERIES)
    errors, requests = _failed(found, group)
    return {
        "requests/s": number(rate(found, group, _ARRIVALS)),
        "input tokens/s": number(rate(found, group, _TOKENS, "input")),
        "output tokens/s": number(rate(found, group, _TOKENS, "output")),
        "waiting, mean (most)": _level(found, group, _WAITING, share=False),
        "KV cache, mean (most)": _level(found, group, _CACHE, share=True),
        "prefix cache hits": percent(hits / queries) if queries else UNKNOWN,
        "errors": number(errors),
        "failed share": percent(errors / requests) if requests else UNKNOWN,
    }


def _failed(found: Served, group: Group) -> tuple[float, float]:
    """Errors, and the requests they are among, both as one side saw them."""
    errors = total(found, group, _SERVER_ERRORS)
    if not math.isfinite(errors):
        return total(found, group, _CLIENT_ERRORS), total(found, group, _REQUESTS[2:])
    ended, answered = (total(found, group, (name,)) for name in (_REQUESTS[1], _REQUESTS[0]))
    load = found.loads.get((group, _ARRIVALS[0], ""))
    arrived = load.sum * found.step / SECOND if load is not None else math.nan
    known = (one for one in (ended, answered + errors, arrived) if math.isfinite(one))
    return errors, next(known, math.nan)


def _level(found: Served, group: Group, metric: str, *, share: bool) -> str:
    load = found.loads.get((group, metric, ""))
    if load is None or not math.isfinite(load.mean):
        return UNKNOWN
    write = percent if share else number
    return f"{write(load.mean)} ({write(load.peak)})"
