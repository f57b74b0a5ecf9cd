"""Traffic per minute from a trace of single requests (Azure LLM inference trace 2023), and the queue
that this traffic would have formed.

Rates are measured aggregates. The queue is computed: nobody recorded one. Its service time is one
output token's measured time on a named instance times the tokens the request generated; what it
then says of waiting is true of that machine under these arrivals, not of Azure's service.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from collectors.base import CollectorError, key_of
from collectors.csv_columns import microseconds, numbers, read_columns
from collectors.queueing import offered_load, servers_for, waits
from reinfra.model import MINUTE, Batch, Origin

SECONDS_PER_OUTPUT_TOKEN = 0.0354342
"""Median of latency_mean x concurrency / all_completions_token_count over the 106 FMBench rounds of
Llama-2-13B on ml.inf2.48xlarge at concurrency 1, 2024-01-19: prompt processing is inside it."""

SERVICE_SOURCE = "FMBench Llama-2-13B on ml.inf2.48xlarge at concurrency 1, 2024-01-19, median"
MOST_BUSY = 0.8
"""The mean utilization that the number of servers is chosen for: below 1, or the queue only grows."""

RATES_DERIVED = "request arrivals"


@dataclass(frozen=True, slots=True)
class Requests:
    """One row per request: arrival in ms since 1970 UTC (not decreasing), tokens in and out."""

    arrival: NDArray[np.float64]
    tokens_in: NDArray[np.float64]
    tokens_out: NDArray[np.float64]


def read_requests(text: str) -> Requests:
    """Reads TIMESTAMP (without a zone: UTC), ContextTokens and GeneratedTokens."""
    where = "request trace"
    columns = read_columns(text, ("TIMESTAMP", "ContextTokens", "GeneratedTokens"), where)
    arrival = microseconds(columns[0], where) / 1000
    order = np.argsort(arrival, kind="stable")
    tokens_in, tokens_out = (numbers(cells, where)[order] for cells in columns[1:])
    return Requests(arrival[order], tokens_in, tokens_out)


def read_trace(text: str, service: str) -> Batch:
    """Rates and queueing of the whole minutes of a trace, each stamped with the minute's end."""
    requests = read_requests(text)
    return Batch.concat([rates(requests, service), queue(requests, service)])


def rates(requests: Requests, service: str) -> Batch:
    """Requests, input and output tokens per second, over each whole minute."""
    ends, minute = _minutes(requests)
    labels = {"service.name": service}
    series = (
        ("gen_ai.server.request.rate", labels, np.ones_like(requests.arrival)),
        ("gen_ai.server.token.rate", {**labels, "gen_ai.token.type": "input"}, requests.tokens_in),
        (
            "gen_ai.server.token.rate",
            {**labels, "gen_ai.token.type": "output"},
            requests.tokens_out,
        ),
    )
    return Batch.concat(
        Batch.of_series(
            key_of(signal, tags, Origin.RECORDED, RATES_DERIVED),
            ends,
            _sum(weight, minute, ends.size) / 60,
        )
        for signal, tags, weight in series
    )


def queue(requests: Requests, service: str) -> Batch:
    """Mean and longest wait of the requests of each whole minute; no sample where none arrived."""
    seconds = requests.arrival / 1000
    needed = requests.tokens_out * SECONDS_PER_OUTPUT_TOKEN
    load = offered_load(seconds, needed)
    servers = servers_for(load, MOST_BUSY)
    waited = waits(seconds, needed, servers)
    derived = (
        f"request arrivals through a first-come-first-served queue of {servers} servers at "
        f"{load / servers:.0%} utilization, {SECONDS_PER_OUTPUT_TOKEN * 1000:.1f} ms per output "
        f"token ({SERVICE_SOURCE})"
    )
    ends, minute = _minutes(requests)
    arrived = _sum(np.ones_like(waited), minute, ends.size)
    some = arrived > 0
    longest = np.zeros(ends.size)
    inside = minute >= 0
    np.maximum.at(longest, minute[inside], waited[inside])
    means = _sum(waited, minute, ends.size)[some] / arrived[some]
    return Batch.concat(
        Batch.of_series(
            key_of(
                "gen_ai.server.queue.time",
                {"service.name": service, "reinfra.statistic": statistic},
                Origin.RECORDED,
                derived,
            ),
            ends[some],
            values,
        )
        for statistic, values in (("mean", means), ("max", longest[some]))
    )


def _minutes(requests: Requests) -> tuple[NDArray[np.int64], NDArray[np.intp]]:
    """The ends of the whole minutes of the trace, and each request's minute (-1: in none)."""
    first = int(-(-requests.arrival[0] // MINUTE))
    count = int(requests.arrival[-1] // MINUTE) - first
    if count < 1:
        raise CollectorError("less than one whole minute", where="request trace")
    minute = (requests.arrival // MINUTE).astype(np.intp) - first
    minute[(minute < 0) | (minute >= count)] = -1
    ends = (first + 1 + np.arange(count, dtype=np.int64)) * MINUTE
    return ends, minute


def _sum(weight: NDArray[np.float64], minute: NDArray[np.intp], count: int) -> NDArray[np.float64]:
    inside = minute >= 0
    return np.bincount(minute[inside], weight[inside], minlength=count).astype(np.float64)
