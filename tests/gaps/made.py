"""Small load tests with known contents."""

import numpy as np

from reinfra.gaps.prices import Price
from reinfra.gaps.runs import Runs

PRICES = {"ml.inf2.48xlarge": Price(15.58, "test"), "ml.g5.48xlarge": Price(20.36, "test")}


def rounds(
    instance: str = "ml.inf2.48xlarge",
    *,
    rows: int = 30,
    seconds: float = 2.0,
    payload: str = "short",
    concurrency: int = 2,
    failed: int = 0,
    seed: int = 3,
) -> Runs:
    """`failed` rounds at the start have no answer at all; the others answer everything."""
    rng = np.random.default_rng(seed)
    errors = np.where(np.arange(rows) < failed, concurrency, 0)
    latency = seconds * rng.lognormal(0, 0.1, rows)
    return Runs(
        source="made.csv",
        instance_type=np.full(rows, instance),
        model=np.full(rows, "llama2-13b"),
        experiment=np.full(rows, f"llama2-13b-{instance}"),
        endpoint=np.full(rows, "endpoint"),
        container=np.full(rows, "container"),
        payload=np.full(rows, payload),
        concurrency=np.full(rows, concurrency),
        latency=np.where(errors > 0, np.nan, latency),
        prompt_tokens=np.full(rows, 1000.0 * concurrency),
        output_tokens=np.where(errors > 0, 0.0, rng.integers(80, 120, rows) * concurrency),
        successes=concurrency - errors,
        errors=errors,
    )


def together(*parts: Runs) -> Runs:
    columns = [name for name in Runs.__slots__ if name != "source"]
    return Runs(
        source="made.csv",
        **{name: np.concatenate([getattr(part, name) for part in parts]) for name in columns},
    )


def loads(instance: str, seconds: float, seed: int = 3) -> Runs:
    """Three strata, enough for a comparison without any flag."""
    return together(
        *(
            rounds(instance, seconds=seconds * (1 + k), concurrency=k + 1, seed=seed + k)
            for k in range(3)
        )
    )
