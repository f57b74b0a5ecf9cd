"""A serving service: traffic, and latencies that rise with load as a queue's do."""

import numpy as np
from numpy.typing import NDArray

from collectors.simulator.faults import FaultKind, Planted
from collectors.simulator.fleet import service_key
from collectors.simulator.rows import Row

REQUESTS_PER_SECOND = 40.0
"""A service's capacity."""
TOKENS_IN, TOKENS_OUT = 1000.0, 200.0
FAILING = 0.001
FAILING_IN_BURST = 0.05


def serving_rows(
    service: int,
    load: NDArray[np.float64],
    step_seconds: float,
    planted: Planted | None,
    rng: np.random.Generator,
) -> list[Row]:
    """Rates are per second, errors per step. The wait grows as load^2 / (1 - load)."""
    slower, failing = np.ones(load.size), np.full(load.size, FAILING)
    if planted is not None and planted.kind is FaultKind.LATENCY_STEP:
        slower[planted.steps] = 1.7
    if planted is not None and planted.kind is FaultKind.ERROR_BURST:
        failing[planted.steps] = FAILING_IN_BURST

    def wobble() -> NDArray[np.float64]:
        return np.exp(0.04 * rng.standard_normal(load.size))

    requests = rng.poisson(load * REQUESTS_PER_SECOND * step_seconds).astype(np.float64)
    rate = requests / step_seconds
    queue = (0.005 + 0.05 * load**2 / (1 - load)) * wobble()
    first_token = (0.15 * wobble() + queue) * slower
    each_token = 0.02 * (1 + 0.8 * load**2) * wobble() * slower
    rows = {
        "gen_ai.server.request.rate": rate,
        "gen_ai.server.queue.time": queue,
        "gen_ai.server.time_to_first_token": first_token,
        "gen_ai.server.time_per_output_token": each_token,
        "gen_ai.server.request.duration": first_token + TOKENS_OUT * each_token,
    }
    named = [(service_key(name, service), values) for name, values in rows.items()]
    for kind, tokens in (("input", TOKENS_IN), ("output", TOKENS_OUT)):
        key = service_key("gen_ai.server.token.rate", service, {"gen_ai.token.type": kind})
        named.append((key, rate * tokens * wobble()))
    # Last: how many numbers it draws depends on the fault, and nothing else may.
    failed = rng.binomial(requests.astype(np.int64), failing).astype(np.float64)
    return [*named, (service_key("gen_ai.server.request.errors", service), failed)]
