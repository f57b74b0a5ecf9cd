"""Figures 4 and 5: is a changed judge noticed, and is a drop of quality?"""

from collections.abc import Iterator

import numpy as np

from benchmarks.judge.data import found
from benchmarks.judge.figures import Row
from benchmarks.judge.mean_figures import SEED
from judge.canary import SIZE, CanaryState, compare
from judge.columns import columns
from judge.recorded import read_llmbar
from judge.statistics.cusum import Cusum

DRAWS = 1_000
BASELINE, FALLEN = 0.92, 0.72
LEAST_FOUND, LEAST_BETWEEN, MOST_DELAY = 0.99, 8_000, 45


def canary() -> Iterator[Row]:
    where = found("llmbar_pairwise")
    graded = read_llmbar(where.files[0])
    old, new = (columns(graded, judge).ab for judge in ("ChatGPT-0301/Vanilla", "ChatGPT/Vanilla"))
    rng, hits, alarms = np.random.default_rng(SEED), 0, 0
    for _ in range(DRAWS):
        drawn = rng.choice(old.size, SIZE, replace=False)
        hits += compare(old[drawn], new[drawn]).state is CanaryState.CHANGED
        alarms += compare(old[drawn], old[drawn]).state is CanaryState.CHANGED
    what = f"canary of {SIZE}, ChatGPT 0301 to 0613 (LLMBar, {where.part})"
    yield Row(what, "found >= .99", f"{hits / DRAWS:.3f}", hits >= LEAST_FOUND * DRAWS)
    yield Row("the same judge replayed", "no alarm", f"{alarms} of {DRAWS}", alarms == 0)


def cusum() -> Iterator[Row]:
    watch = Cusum.designed(BASELINE)
    rng = np.random.default_rng(SEED)
    delays = [
        watch.watch((rng.random(2_000) < FALLEN).astype(np.float64)).alarms[0] + 1
        for _ in range(DRAWS)
    ]
    apart, delay = watch.items_to_alarm(BASELINE), float(np.median(delays))
    what = f"CUSUM on items, pass rate {BASELINE}"
    yield Row(what, "false alarms >= 8,000 items apart", f"{apart:,.0f}", apart >= LEAST_BETWEEN)
    yield Row(
        "a fall of 20 points", "median delay <= 45", f"{delay:.0f} items", delay <= MOST_DELAY
    )
