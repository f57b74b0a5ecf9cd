"""Too much at once: python -m benchmarks.alerts.storm URL ENDPOINT ANOMALIES HOSTS, in a process of its own.

All series of all hosts are strange in the same minute. Prints JSON: seconds of each stage, the peak memory of
the whole, and what the outbox and the endpoint got.
"""

import json
import resource
import sys
import time
from typing import Any

from benchmarks.alerts.latency import known, strange, table
from reinfra.batch.deliver import Delivery
from reinfra.batch.record import grouped
from reinfra.config import Settings
from reinfra.model import HOUR, MINUTE, system_clock
from reinfra.store import Store, anomalies, backlog, incidents, open_store

CAP = 20


def main(url: str, address: str, many: int, hosts: int) -> dict[str, Any]:
    """What came of `many` anomalies on so many hosts."""
    settings = Settings(**table(url, address, CAP))
    store, now = open_store(url), system_clock()
    found = [strange(f"gpu-{n % hosts}", now, f"bench.signal_{n // hosts}") for n in range(many)]
    ids = known(store, found)
    seconds = {"write": _timed(lambda: _save(store, {ids[one.key]: [one] for one in found}, now))}
    found.clear()
    seconds["group"] = _timed(lambda: grouped(store, settings, now + MINUTE))
    reports: list[Any] = []
    clocks = (now + MINUTE, now + HOUR // 2)
    for at in clocks:
        work = Delivery(store, settings, lambda at=at: max(at, system_clock()))  # type: ignore[misc]
        seconds["relay"] = seconds.get("relay", 0) + _timed(lambda: reports.append(work.once()))  # noqa: B023
    with store.reading() as connection:
        counts = backlog.counts(connection)
        kept = len(incidents.listing(connection, limit=10 * many))
        anomalies_kept = len(anomalies.between(connection, now, now + 1))
    return {
        "seconds": seconds,
        "anomalies": anomalies_kept,
        "incidents": kept,
        "outbox": {name: [one.sent, one.pending, one.dead] for name, one in counts.items()},
        "single": sum(one.sent - one.digested for one in reports),
        "digests": sum(one.digests for one in reports),
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }


def _save(store: Store, found: dict[int, Any], now: int) -> None:
    with store.writing() as connection:
        anomalies.save(connection, found, now)


def _timed(work: Any) -> float:  # noqa: ANN401 - anything that can be called
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


if __name__ == "__main__":
    given = sys.argv[1:]
    sys.stdout.write(json.dumps(main(given[0], given[1], int(given[2]), int(given[3]))))
