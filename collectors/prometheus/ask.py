"""One stretch of time, asked for: every selector and every expression."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

from collectors.base import CollectorError
from collectors.prometheus.columns import Columns, Series
from collectors.prometheus.naming import Naming
from reinfra.config.sources.prometheus import PrometheusQuery, PrometheusSource
from reinfra.model import DERIVED_LABEL, HOUR, ORIGIN_LABEL, SECOND, Kind, Origin, SeriesKey
from reinfra.store.http import RefusedError, TooMuchError
from reinfra.store.prometheus_api import Found, Labels, PrometheusApi

POINTS = 10_000
"""Steps in one question; Prometheus refuses more than 11,000 for one series."""

MOST = 2_000_000
"""Samples that a page is held in memory with at most."""

NATIVE = "samples that are native histograms"
_LOOK_AGAIN = HOUR
_LONGEST_LABEL = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """A page, and the selectors that something came for."""

    columns: Columns
    spoke: set[str]


@dataclass(slots=True)
class Asking:
    """A server and what is known of it: which names it has, and whether it gives samples at all."""

    settings: PrometheusSource
    connect: Callable[[], PrometheusApi]
    _api: PrometheusApi | None = None
    _series: Series | None = None
    _begun_at: int = 0
    _steps_only: set[str] = field(default_factory=set)

    def begin(self, now: int) -> Callable[[int, int], Asked]:
        """What asks for [since, until). The types of metrics, and names with them, are learned every hour."""
        api = self._connected()
        if self._series is None or now - self._begun_at >= _LOOK_AGAIN:
            naming = Naming(self.settings.labels, api.types())
            self._series = Series(naming, self.settings.max_series)
            self._begun_at = now
        return partial(self._ask, api, self._series)

    def _ask(self, api: PrometheusApi, series: Series, since: int, until: int) -> Asked:
        """Raises TooMuchError, StoreError, and CollectorError for an answer that is partial."""
        api.forget()
        columns = Columns(since, until)
        spoke = set()
        for selector in self.settings.select:
            found, derived = self._selected(api, selector, since, until)
            if columns.take(found, series, derived):
                spoke.add(selector)
            self._check(api, columns)
        for query in self.settings.queries:
            self._evaluate(api, query, columns)
            self._check(api, columns)
        self._count(api, columns)
        return Asked(columns, spoke)

    def close(self) -> None:
        if self._api is not None:
            self._api.http.close()
            self._api = None

    def _connected(self) -> PrometheusApi:
        if self._api is None:
            self._api = self.connect()
        return self._api

    def _selected(
        self, api: PrometheusApi, selector: str, since: int, until: int
    ) -> tuple[Found, str]:
        """Samples; from a server (or a proxy before it) that refuses those, values at steps."""
        if selector not in self._steps_only:
            try:
                return iter(list(api.samples(selector, since, until))), ""
            except RefusedError as refused:
                try:
                    list(api.steps(selector, since, since, SECOND))
                except RefusedError:
                    raise refused from None  # it is the query, or who asks, that is refused
                self._steps_only.add(selector)
        derived = f"the server's value every {self.settings.step:g} s"
        return self._stepped(api, selector, since, until), derived

    def _evaluate(self, api: PrometheusApi, query: PrometheusQuery, columns: Columns) -> None:
        derived = " ".join(f"PromQL {query.expression}".split())[:_LONGEST_LABEL]
        for labels, at, value in self._stepped(api, query.expression, columns.since, columns.until):
            columns.add(self._of_query(query, labels, derived), at, value)

    def _of_query(self, query: PrometheusQuery, labels: Labels, derived: str) -> SeriesKey:
        """Labels as the expression left them; what it computes is measured by nobody."""
        own = {name: value for name, value in labels.items() if name != "__name__"}
        marks = {ORIGIN_LABEL: Origin.LIVE.value, DERIVED_LABEL: derived}
        return SeriesKey.of(
            query.name, {**self.settings.labels, **own, **marks}, Kind.GAUGE, query.unit
        )

    def _stepped(self, api: PrometheusApi, expression: str, since: int, until: int) -> Found:
        """At whole multiples of the step, so that pages fit together; few enough at once for any server."""
        step = round(self.settings.step * SECOND)
        for first, last in _runs(since, until, step):
            yield from api.steps(expression, first, last, step)

    def _check(self, api: PrometheusApi, columns: Columns) -> None:
        if columns.size > MOST:
            raise TooMuchError("too many samples at once", where=api.http.shown)
        if api.partial and not self.settings.partial:
            raise CollectorError(
                "the server's answer is partial",
                where=api.http.shown,
                todo="It is asked again at the next collection; set partial to take it as it is.",
            )

    def _count(self, api: PrometheusApi, columns: Columns) -> None:
        for words in api.warnings:
            columns.refused[f"the server warns: {words}"] = 1
        if api.natives:
            columns.refused[NATIVE] = api.natives


def _runs(since: int, until: int, step: int) -> Iterator[tuple[int, int]]:
    """First and last instant of every question for [since, until), in ms."""
    first, last = -(-since // step) * step, (until - 1) // step * step
    while first <= last:
        end = min(first + (POINTS - 1) * step, last)
        yield first, end
        first = end + step
