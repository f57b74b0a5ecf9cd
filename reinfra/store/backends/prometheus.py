"""Samples in a Prometheus-compatible server: Prometheus, Mimir, Thanos, VictoriaMetrics, Amazon's.

Raw samples are asked for, never values at a step: `metric{...}[range]` at one instant gives samples with
their own times (prometheus.io/docs/prometheus/latest/querying/api, "instant queries"), and so does
VictoriaMetrics' /api/v1/export. The first gives no staleness markers; `read` counts them as no sample anyway.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Self

import httpx
import numpy as np
from numpy.typing import NDArray

from reinfra.model import DAY, HOUR, MINUTE, SECOND, Clock, SeriesKey, system_clock
from reinfra.store.backends.ask import narrowest, of_selector
from reinfra.store.backends.readonly import ReadOnly, id_of, ordered
from reinfra.store.base import Stored
from reinfra.store.columns import Columns
from reinfra.store.errors import StoreError
from reinfra.store.grid import STALE_NAN
from reinfra.store.http import Http, Limits, RefusedError, TooMuchError
from reinfra.store.prometheus_names import LABELS, NAME, exposed, restored
from reinfra.store.selector import Selector

AT_ONCE = 1_000_000
"""Samples that one question is expected to give at most, if they are 15 s apart."""
_CADENCE = 15 * SECOND
_SMALLEST = MINUTE
_LONGEST = 7 * DAY
_STALE = np.array([STALE_NAN]).view(np.float64)[0]

Labels = dict[str, str]
Found = Iterator[tuple[Labels, NDArray[np.int64], NDArray[np.float64]]]


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
        self.http = Http(url, auth, headers or {}, limits or Limits(), transport)
        self._horizon, self._delay = horizon, delay
        self._dotted = (*LABELS, *labels)
        self._native: dict[SeriesKey, Labels] = {}
        self._exports: bool | None = None

    def close(self) -> None:
        self.http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def series(self, selector: Selector) -> list[Stored]:
        until = self.clock()
        since = until - self._horizon
        types = self._types()
        form = {"match[]": of_selector(selector), "start": _seconds(since), "end": _seconds(until)}
        found: dict[SeriesKey, Labels] = {}
        for labels in self._data("/api/v1/series", form):
            key = restored(labels, types, self._dotted)
            if key in found:  # two names of one signal: the second keeps its own
                key = SeriesKey.of(labels[NAME], dict(key.labels), key.kind, key.unit)
            found[key] = labels
        self._native |= found
        made = [Stored(id_of(key), key, self.name, since, until) for key in found]
        return sorted(made, key=lambda one: one.id)

    def watermark(self, source: str) -> int | None:
        return self.clock() - self._delay if source == self.name else None

    def columns(self, selected: list[Stored], since: int, until: int) -> Columns:
        native = [self._native.get(one.key) or exposed(one.key) for one in selected]
        place = {frozenset(labels.items()): i for i, labels in enumerate(native)}
        metrics: dict[str, list[Labels]] = {}
        for labels in native:
            metrics.setdefault(labels[NAME], []).append(labels)
        ask = self._export if self._is_victoria() else self._range
        answers = (
            one
            for wanted in metrics.values()
            for found in _slices(ask, wanted, since, until)
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

    def _range(self, match: str, since: int, until: int) -> Found:
        """Prometheus 2 includes both ends of a range, Prometheus 3 only the later one."""
        form = {"query": f"{match}[{until - since}ms]", "time": _seconds(until - 1)}
        for one in self._data("/api/v1/query", form)["result"]:
            pairs = one["values"]
            at = np.array([pair[0] for pair in pairs])
            value = np.array([pair[1] for pair in pairs], np.float64)
            yield one["metric"], np.rint(at * SECOND).astype(np.int64), value

    def _export(self, match: str, since: int, until: int) -> Found:
        """A line per series. What is null there is a staleness marker: VictoriaMetrics takes no other NaN."""
        form = {"match[]": match, "start": _seconds(since - 1), "end": _seconds(until)}
        for line in self.http.post("/api/v1/export", form=form).splitlines():
            one = self._parsed(_as_json(line))
            value = np.array(one["values"], np.float64)
            value[np.isnan(value)] = _STALE
            yield one["metric"], np.array(one["timestamps"], np.int64), value

    def _is_victoria(self) -> bool:
        """Only VictoriaMetrics has /api/v1/export, which spares it the query engine."""
        if self._exports is None:
            nothing = {"match[]": '{__name__="reinfra:none"}'}
            try:
                self._exports = self.http.post("/api/v1/export", form=nothing).strip() == b""
            except RefusedError:
                self._exports = False
        return self._exports

    def _types(self) -> dict[str, str]:
        """The type of each metric family, as far as the server knows."""
        try:
            data = self._data("/api/v1/metadata", None)
        except (RefusedError, TooMuchError):
            return {}
        return {name: about[0].get("type", "") for name, about in data.items() if about}

    def _data(self, path: str, form: Mapping[str, str] | None) -> Any:  # noqa: ANN401 - JSON
        body = self.http.post(path, form=form) if form else self.http.get(path)
        answer = self._parsed(body)
        if answer.get("status") != "success":
            why = str(answer.get("error", "no status"))[:300]
            raise StoreError("the server did not answer", where=self.http.shown, why=why)
        return answer.get("data") or {}

    def _parsed(self, body: bytes) -> Any:  # noqa: ANN401
        try:
            return json.loads(body)
        except ValueError as error:
            raise StoreError(
                "this is no Prometheus-compatible server",
                where=self.http.shown,
                why=f"it answers {body[:60].decode(errors='replace')!r}",
                todo="Name what comes before /api/v1.",
            ) from error


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


def _as_json(line: bytes) -> bytes:
    """VictoriaMetrics writes infinities as +Inf, which JSON has no word for and Python reads as Infinity."""
    if b"Inf" not in line:
        return line
    labels, mark, rest = line.rpartition(b'"values":')  # quotes inside a label are escaped
    return (
        labels + mark + re.sub(rb'(?<=[\[,])"?\+?(-?)Inf(inity)?"?(?=[,\]])', rb"\1Infinity", rest)
    )


def _seconds(at: int) -> str:
    """Seconds with all three places: no float rounds them."""
    return f"{at // SECOND}.{at % SECOND:03}"
