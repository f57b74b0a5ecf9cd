"""Samples in a Prometheus-compatible server: Prometheus, Mimir, Thanos, VictoriaMetrics, Amazon's.

Raw samples are asked for, never values at a step. Where a server gives staleness markers, `read` counts them
as no sample.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Self

import httpx
import numpy as np

from reinfra.model import DAY, HOUR, MINUTE, SECOND, Clock, SeriesKey, system_clock
from reinfra.store.backends.ask import narrowest, of_selector
from reinfra.store.backends.readonly import ReadOnly, id_of, ordered
from reinfra.store.base import Stored
from reinfra.store.columns import Columns
from reinfra.store.http import Http, Limits, TooMuchError
from reinfra.store.prometheus_api import Found, Labels, PrometheusApi, seconds
from reinfra.store.prometheus_names import LABELS, NAME, exposed, restored
from reinfra.store.selector import Selector

AT_ONCE = 1_000_000
"""Samples that one question is expected to give at most, if they are 15 s apart."""
_CADENCE = 15 * SECOND
_SMALLEST = MINUTE
_LONGEST = 7 * DAY


class Prometheus(ReadOnly):
    """`url` is what goes before /api/v1: http://host:9090, http://mimir/prometheus, an AMP workspace.

    The server does not say when a series began: `first_at` and `last_at` are the bounds that were
    searched, now and `horizon` before it. `delay` is how long after an instant its samples are waited for.
    """

    def __init__(  # noqa: PLR0913 - all but the first have a default
        self,
        url: str,
        *,
        name: str = "prometheus",
        auth: httpx.Auth | None = None,
        headers: Mapping[str, str] | None = None,
        clock: Clock = system_clock,
        horizon: int = 14 * DAY,
        delay: int = MINUTE,
        labels: Iterable[str] = (),
        limits: Limits | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.name, self.clock = name, clock
        self._api = PrometheusApi(Http(url, auth, headers or {}, limits or Limits(), transport))
        self._horizon, self._delay = horizon, delay
        self._dotted = (*LABELS, *labels)
        self._native: dict[SeriesKey, Labels] = {}

    def close(self) -> None:
        self._api.http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def series(self, selector: Selector) -> list[Stored]:
        until = self.clock()
        since = until - self._horizon
        types = self._api.types()
        form = {"match[]": of_selector(selector), "start": seconds(since), "end": seconds(until)}
        found: dict[SeriesKey, Labels] = {}
        for labels in self._api.data("/api/v1/series", form):
            key = restored(labels, types, self._dotted)
            if key in found:  # two names of one signal: the second keeps its own
                key = SeriesKey.of(labels[NAME], dict(key.labels), key.kind, key.unit)
            found[key] = labels
        self._native |= found
        made = [Stored(id_of(key), key, self.name, since, until, searched=True) for key in found]
        return sorted(made, key=lambda one: one.id)

    def watermark(self, source: str) -> int | None:
        return self.clock() - self._delay if source == self.name else None

    def columns(self, selected: list[Stored], since: int, until: int) -> Columns:
        native = [self._native.get(one.key) or exposed(one.key) for one in selected]
        place = {frozenset(labels.items()): i for i, labels in enumerate(native)}
        metrics: dict[str, list[Labels]] = {}
        for labels in native:
            metrics.setdefault(labels[NAME], []).append(labels)
        answers = (
            one
            for wanted in metrics.values()
            for found in _slices(self._api.samples, wanted, since, until)
            for one in found
        )
        parts = []
        for labels, at, value in answers:
            i = place.get(frozenset(labels.items()))
            inside = (at >= since) & (at < until)
            if i is not None and inside.any():
                ids = np.full(at.size, i, np.int64)
                parts.append(Columns(ids, at, value).take(inside))
        return ordered(Columns.concat(parts))


def _slices(
    ask: Callable[[str, int, int], Found], wanted: list[Labels], since: int, until: int
) -> Iterator[Found]:
    """Answers for one metric, slice by slice of time; a slice that is too much is halved."""
    match = narrowest(wanted)
    span = max(HOUR, min(_LONGEST, AT_ONCE // len(wanted) * _CADENCE))
    while since < until:
        end = min(since + span, until)
        try:
            yield iter(list(ask(match, since, end)))
        except TooMuchError:
            if end - since <= _SMALLEST:
                raise
            span = max(_SMALLEST, (end - since) // 2)
        else:
            since = end
