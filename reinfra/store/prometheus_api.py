"""What a Prometheus-compatible server answers: samples with their own times, or values at steps.

`metric{...}[range]` at one instant gives samples with their own times
(prometheus.io/docs/prometheus/latest/querying/api, "instant queries"), and so does VictoriaMetrics'
/api/v1/export. The first gives no staleness markers.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reinfra.model import SECOND
from reinfra.store.errors import StoreError
from reinfra.store.grid import STALE_NAN
from reinfra.store.http import Http, RefusedError, TooMuchError

_STALE = np.array([STALE_NAN]).view(np.float64)[0]
_MOST_WARNINGS = 20
_WARNING = 200

Labels = dict[str, str]
Found = Iterator[tuple[Labels, NDArray[np.int64], NDArray[np.float64]]]
"""For each series its labels, times in ms UTC and values."""


@dataclass(slots=True)
class PrometheusApi:
    """`extra` goes with every query. Raises StoreError, RefusedError and TooMuchError (reinfra.store.http).

    Until `forget`, `warnings` collects what the server says beside its answers, `natives` counts samples that are
    native histograms, which have no number, and `partial` says whether an answer was called partial.
    """

    http: Http
    extra: Mapping[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    natives: int = 0
    partial: bool = False
    _exports: bool | None = None

    def forget(self) -> None:
        self.warnings.clear()
        self.natives, self.partial = 0, False

    def samples(self, match: str, since: int, until: int) -> Found:
        """Samples of the series that a selector matches; some may lie outside [since, until)."""
        return (self._export if self._is_victoria() else self._range)(match, since, until)

    def steps(self, expression: str, since: int, until: int, step: int) -> Found:
        """The expression's value at each step, the last sample of up to 5 minutes before where it is one."""
        form = {"query": expression, "start": seconds(since), "end": seconds(until)}
        answer = self.data("/api/v1/query_range", {**form, "step": seconds(step)})
        yield from self._values(answer)

    def types(self) -> dict[str, str]:
        """The type of each metric family, as far as the server knows."""
        try:
            data = self.data("/api/v1/metadata", None)
        except (RefusedError, TooMuchError):
            return {}
        return {name: about[0].get("type", "") for name, about in data.items() if about}

    def data(self, path: str, form: Mapping[str, str] | None) -> Any:  # noqa: ANN401 - JSON
        body = self.http.post(path, form={**form, **self.extra}) if form else self.http.get(path)
        answer = self._parsed(body)
        if answer.get("status") != "success":
            why = str(answer.get("error", "no status"))[:300]
            raise StoreError("the server did not answer", where=self.http.shown, why=why)
        said = [*(answer.get("warnings") or ()), *(answer.get("infos") or ())]
        self.warnings.extend(str(one)[:_WARNING] for one in said)
        del self.warnings[_MOST_WARNINGS:]
        self.partial |= bool(answer.get("isPartial"))
        return answer.get("data") or {}

    def _range(self, match: str, since: int, until: int) -> Found:
        """Prometheus 2 includes both ends of a range, Prometheus 3 only the later one."""
        form = {"query": f"{match}[{until - since}ms]", "time": seconds(until - 1)}
        yield from self._values(self.data("/api/v1/query", form))

    def _values(self, data: Any) -> Found:  # noqa: ANN401 - JSON
        for one in data.get("result", ()):
            pairs = one.get("values", ())
            self.natives += len(one.get("histograms", ()))
            at = np.array([pair[0] for pair in pairs], np.float64)
            value = np.array([pair[1] for pair in pairs], np.float64)
            yield one["metric"], np.rint(at * SECOND).astype(np.int64), value

    def _export(self, match: str, since: int, until: int) -> Found:
        """A line per series. What is null there is a staleness marker: VictoriaMetrics takes no other NaN."""
        form = {"match[]": match, "start": seconds(since - 1), "end": seconds(until)}
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


def seconds(at: int) -> str:
    """Seconds with all three places: no float rounds them."""
    return f"{at // SECOND}.{at % SECOND:03}"


def _as_json(line: bytes) -> bytes:
    """VictoriaMetrics writes infinities as +Inf, which JSON has no word for and Python reads as Infinity."""
    if b"Inf" not in line:
        return line
    labels, mark, rest = line.rpartition(b'"values":')  # quotes inside a label are escaped
    return (
        labels + mark + re.sub(rb'(?<=[\[,])"?\+?(-?)Inf(inity)?"?(?=[,\]])', rb"\1Infinity", rest)
    )
