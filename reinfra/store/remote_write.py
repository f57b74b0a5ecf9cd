"""Samples sent to a Prometheus-compatible server by remote write 1.0.

https://prometheus.io/docs/specs/prw/remote_write_spec/ (version 1.0): snappy's block format, retries on
5xx and 429 and on no other 4xx, samples of a series in order of time.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import httpx
import pyarrow as pa

from reinfra.model import MINUTE, SeriesKey
from reinfra.store.base import Samples, SampleStore
from reinfra.store.columns import BLOCK
from reinfra.store.http import Http, Limits, RefusedError, TooMuchError
from reinfra.store.prometheus_names import exposed
from reinfra.store.prompb import labels_of, time_series
from reinfra.store.selector import Selector

SLICE = 30 * MINUTE
"""All series are sent up to here before any goes on: Prometheus refuses what is over 1 h older than its newest."""

MAX_SAMPLES = 20_000
"""Samples in one request: 360 KB before compression, and their labels."""

_HEADERS = {
    "Content-Encoding": "snappy",
    "Content-Type": "application/x-protobuf",
    "X-Prometheus-Remote-Write-Version": "0.1.0",
}


@dataclass(slots=True)
class Sent:
    """What went out. `refused` counts the samples of requests answered with 400 or 413.

    Prometheus may have taken some of those; `why` is what it said of the last.
    """

    series: int = 0
    samples: int = 0
    requests: int = 0
    refused: int = 0
    why: str = ""


class _Request(NamedTuple):
    body: bytes
    samples: int


def send(  # noqa: PLR0913 - what to send, and where and how
    store: SampleStore,
    url: str,
    selector: Selector,
    since: int,
    until: int,
    *,
    auth: httpx.Auth | None = None,
    headers: Mapping[str, str] | None = None,
    limits: Limits | None = None,
    max_samples: int = MAX_SAMPLES,
    transport: httpx.BaseTransport | None = None,
) -> Sent:
    """Send samples in [since, until) to `url`, such as http://host:9090/api/v1/write.

    Sending them again changes nothing there: VictoriaMetrics takes them, Prometheus refuses what is not
    newer than what it has, and that is counted. Raises StoreError where the server is out of reach or
    takes no requests from us; what was sent before stays sent.
    """
    http = Http(url, auth, _HEADERS | dict(headers or {}), limits or Limits(), transport)
    selected = [
        one for one in store.series(selector) if one.last_at >= since and one.first_at < until
    ]
    done = Sent(series=len(selected))
    known: dict[SeriesKey, bytes] = {}
    try:
        for start in range(since // BLOCK * BLOCK, until, BLOCK):
            window = max(start, since), min(start + BLOCK, until)
            samples = store.samples(selected, *window)
            for request in _requests(samples, window, max_samples, known):
                _post(http, request, done)
    finally:
        http.close()
    return done


def _requests(
    samples: Samples, window: tuple[int, int], limit: int, known: dict[SeriesKey, bytes]
) -> Iterator[_Request]:
    """Requests of at most `limit` samples, slice by slice of time."""
    for start in range(*window, SLICE):
        parts: list[bytes] = []
        count = 0
        for labels, place, low, high in _pieces(samples, start, limit, known):
            if count + high - low > limit:
                yield _Request(b"".join(parts), count)
                parts, count = [], 0
            at, value = samples.at[place][low:high], samples.value[place][low:high]
            parts.append(time_series(labels, at, value))
            count += high - low
        if parts:
            yield _Request(b"".join(parts), count)


def _pieces(
    samples: Samples, start: int, limit: int, known: dict[SeriesKey, bytes]
) -> Iterator[tuple[bytes, int, int, int]]:
    """Labels, place in `samples`, and the range of at most `limit` samples of each series in a slice."""
    for place, (key, at) in enumerate(zip(samples.keys, samples.at, strict=True)):
        low, end = at.searchsorted([start, start + SLICE]).tolist()
        if low < end and key not in known:
            known[key] = labels_of(exposed(key))
        for first in range(low, end, limit):
            yield known[key], place, first, min(first + limit, end)


def _post(http: Http, request: _Request, done: Sent) -> None:
    packed = pa.compress(request.body, codec="snappy", asbytes=True)
    done.requests += 1
    try:
        http.post(content=packed)
    except TooMuchError as error:
        _refuse(done, request, error.why)
    except RefusedError as error:
        if not error.why.startswith("400 "):
            raise
        _refuse(done, request, error.why)
    else:
        done.samples += request.samples


def _refuse(done: Sent, request: _Request, why: str) -> None:
    done.refused += request.samples
    done.why = " ".join(why.split())
