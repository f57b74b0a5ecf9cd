"""python -m tests.store.victim URL START: writes sample START, START + 1, … and prints what was acknowledged.

It seals, writes late samples and retains in between, so that a kill meets every kind of transaction.
"""

import itertools
import sys

import numpy as np

from reinfra.model import HOUR, MINUTE, Batch, SeriesKey
from reinfra.store import Source, open_store
from reinfra.store.retain import retain
from reinfra.store.seal import seal
from reinfra.store.tables import retention
from reinfra.store.upsert import upsert

BEGIN = 1_700_000_000_000 // (4 * HOUR) * (4 * HOUR)
STEADY, LATE = SeriesKey.of("steady", {}), SeriesKey.of("late", {})

SHORT = {"id": 1, "selector": "late", "raw_days": 1, "five_minute_days": 2, "hour_days": 2}


def main(url: str, start: int) -> None:
    now = [BEGIN]
    store, source = open_store(url, clock=lambda: now[0]), Source("victim")
    with store.writing() as connection:
        upsert(connection, retention, [SHORT])
    for i in itertools.count(start):
        now[0] = BEGIN + i * 10 * MINUTE
        if i:  # what was written before the kill is written again, as a collector would
            store.write(Batch.at_instant(now[0] - 10 * MINUTE, [(STEADY, i - 1.0)]), source)
        store.write(Batch.at_instant(now[0], [(STEADY, float(i))]), source)
        sys.stdout.write(f"{i}\n")
        sys.stdout.flush()
        late = now[0] - np.arange(1, 40) * 37 * MINUTE
        store.write(Batch.of_series(LATE, late, late / HOUR), source)
        if i % 7 == 0:
            seal(store)
        if i % 20 == 0:
            retain(store)


main(sys.argv[1], int(sys.argv[2]))
