"""Waiting times that follow from arrivals and service times: a first-come, first-served queue."""

import heapq
import math

import numpy as np
from numpy.typing import NDArray


def waits(
    arrival: NDArray[np.float64], service: NDArray[np.float64], servers: int
) -> NDArray[np.float64]:
    """Seconds each request waits for the first of `servers` to be free (Kiefer and Wolfowitz, 1955).

    `arrival` is in seconds and does not decrease; all servers are free before the first arrival.
    """
    free_at = [-math.inf] * servers
    waited = np.empty(arrival.size)
    for index, (come, needed) in enumerate(zip(arrival.tolist(), service.tolist(), strict=True)):
        start = max(come, free_at[0])
        heapq.heapreplace(free_at, start + needed)
        waited[index] = start - come
    return waited


def offered_load(arrival: NDArray[np.float64], service: NDArray[np.float64]) -> float:
    """Erlangs: the mean number of servers that the requests keep busy from first to last arrival."""
    return float(service.sum() / (arrival[-1] - arrival[0]))


def servers_for(load: float, busy: float) -> int:
    """The fewest servers whose mean utilization under `load` erlangs is at most `busy` (below 1)."""
    return max(1, math.ceil(load / busy))
