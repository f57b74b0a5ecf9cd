"""Twelve series with a daily wave, three of them with incidents, and a run up to some instant."""

import os

import numpy as np

from reinfra.batch.detect import Report, Request, detect
from reinfra.config import load_settings
from reinfra.model import DAY, HOUR, MINUTE, Batch, SeriesKey
from reinfra.store import Source, Store, anomalies

STEP = 5 * MINUTE
BEGIN = 1_750_032_000_000  # 2025-06-16T00:00:00Z
END = BEGIN + 4 * DAY
KEYS = [
    SeriesKey.of(metric, {"host.name": f"h{number}"})
    for metric in ("test.load", "test.heat")
    for number in range(6)
]

Finding = tuple[str, int, int, int, float]


def fill(store: Store) -> None:
    rng = np.random.default_rng(1)
    at = np.arange(BEGIN, END, STEP)
    wave = np.sin(2 * np.pi * (at - BEGIN) / DAY)
    for row, key in enumerate(KEYS):
        value = 10 + 2 * wave + rng.normal(0, 0.2, at.size)
        since = BEGIN + 3 * DAY + row * HOUR
        bad = (at >= since) & (at < since + 2 * HOUR) & (row % 4 == 0)
        store.write(Batch.of_series(key, at, value + np.where(bad, 8.0, 0.0)), Source("test"))


def search(store: Store, until: int) -> Report:
    settings = load_settings()
    chosen = settings.detect.model_copy(update={"detectors": ("autoregression",)})
    settings = settings.model_copy(update={"detect": chosen})
    name = f"{until}-{os.urandom(4).hex()}"
    return detect(store, settings, Request(until=until), clock=lambda: END, ids=lambda: name)


def found(store: Store) -> list[Finding]:
    with store.reading() as connection:
        rows = [one.found for one in anomalies.between(connection, 0, 2**60)]
    return sorted((str(one.key), one.since, one.until, one.peak_at, one.score) for one in rows)
