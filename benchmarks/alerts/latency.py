"""From the moment a finding is written until SNS has its message, through `reinfra alerts relay --watch`."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.alerts.endpoint import endpoint
from benchmarks.alerts.places import Places
from benchmarks.alerts.speed import ARN, arrived
from reinfra.batch.record import grouped
from reinfra.config import Settings
from reinfra.model import Anomaly, Batch, SeriesKey, system_clock
from reinfra.store import Selector, Source, Store, anomalies, open_store

_PAUSE_S = 0.1
_PATIENCE_S = 60


def late(places: Places, kind: str, detections: int) -> list[float]:
    """Seconds for each of so many detections, a tenth of a second apart; each opens an incident."""
    url, lines = places.new(kind), places.folder / f"late-{kind}.txt"
    with endpoint(lines) as address:
        given = table(url, address)
        config = places.folder / f"late-{kind}.toml"
        config.write_text(_toml(given))
        command = [sys.executable, "-c", "from reinfra.cli.main import main; main()"]
        command += ["--config", str(config)]
        watch = [*command, "alerts", "relay", "--watch"]
        with subprocess.Popen(watch, stdout=subprocess.DEVNULL) as watching:
            try:
                found = _detect(Settings(**given), detections + 1, lines)
                _await(lines, detections + 1)
            finally:
                watching.terminate()
    came = {key: int(at) for _, key, _, at in arrived(lines)}
    return [(came[f"INC-{number}:1"] - at) / 1e9 for number, at in found.items()]


def table(url: str, address: str, per_hour: int = 0) -> dict[str, Any]:
    """Settings with one SNS topic."""
    topic = {"kind": "sns", "topic_arn": ARN, "endpoint_url": address, "per_hour": per_hour}
    return {"database": {"url": url}, "alerts": {"channels": []}, "receiver": [topic]}


def strange(host: str, at: int, metric: str = "hw.power") -> Anomaly:
    key = SeriesKey.of(metric, {"host.name": host}, unit="W")
    return Anomaly(key, "bench", at, at, at, 712.0, 8.0, 4.0, "712 W against 365 W", 310.0, 420.0)


def known(store: Store, found: list[Anomaly]) -> dict[SeriesKey, int]:
    """Make the series known to the store. Their ids."""
    rows = [(one.key, 1.0) for one in found]
    store.write(Batch.at_instant(found[0].since, rows), Source("bench"))
    return {one.key: one.id for one in store.series(Selector())}


def _detect(settings: Settings, detections: int, lines: Path) -> dict[int, int]:
    """When (ns) each was written, by its incident's number; the first, for which the relay starts, is left out."""
    store = open_store(settings.database.url)
    begun = system_clock()
    ids = known(store, [strange(f"gpu-{n}", begun) for n in range(1, detections + 1)])
    written: dict[int, int] = {}
    waits = np.random.default_rng(1).uniform(0, 2 * _PAUSE_S, detections)
    for number, wait in enumerate(waits, 1):
        time.sleep(wait)
        written[number] = time.time_ns()
        one = strange(f"gpu-{number}", system_clock())
        with store.writing() as connection:
            anomalies.save(connection, {ids[one.key]: [one]}, system_clock())
        grouped(store, settings, system_clock())
        if number == 1:
            _await(lines, 1)
    del written[1]
    store.engine.dispose()
    return written


def _await(lines: Path, messages: int) -> None:
    until = time.monotonic() + _PATIENCE_S
    while len(arrived(lines)) < messages:
        if time.monotonic() > until:
            raise RuntimeError(f"{len(arrived(lines))} of {messages} messages came")
        time.sleep(0.1)


def _toml(given: dict[str, Any]) -> str:
    """JSON's strings, numbers and lists are TOML's."""
    parts = []
    for section, keys in given.items():
        rows = keys[0] if isinstance(keys, list) else keys
        head = f"[[{section}]]" if isinstance(keys, list) else f"[{section}]"
        parts += [head, *(f"{name} = {json.dumps(value)}" for name, value in rows.items())]
    return "\n".join(parts) + "\n"
