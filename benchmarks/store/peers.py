"""The stores that ours is measured against, each behind the same few calls."""

import json
import os
import shutil
import sqlite3
import struct
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import httpx
import numpy as np
from numpy.typing import NDArray

from reinfra.model import Batch, SeriesKey

Arrays = list[tuple[NDArray[np.int64], NDArray[np.float64]]]
Asked = dict[str, str | int | float]


class Peer(Protocol):
    """One store. CPU seconds are those of client and server together, but for encoding remote write."""

    name: str

    def write(self, batch: Batch) -> None: ...
    def finish(self) -> None: ...
    def cpu(self) -> float: ...
    def disk(self) -> int: ...
    def everything(self, since: int, until: int) -> Arrays: ...
    def one(self, key: SeriesKey, since: int, until: int) -> Arrays: ...
    def minutes(self, metric: str, since: int, until: int) -> object: ...
    def total(self, since: int, until: int) -> float: ...


class Rows:
    """Plain SQL: one row per sample in SQLite, written and read by the driver itself."""

    name = "SQLite rows"

    def __init__(self, folder: Path, keys: tuple[SeriesKey, ...]) -> None:
        self.path, self.keys = folder / "rows.db", keys
        self.link = sqlite3.connect(self.path, isolation_level=None)
        self.link.execute("PRAGMA journal_mode = WAL")
        self.link.execute("PRAGMA synchronous = NORMAL")
        self.link.execute(
            "CREATE TABLE sample (series INTEGER, at INTEGER, value REAL, PRIMARY KEY (series, at)) WITHOUT ROWID"
        )
        self.spent = 0.0

    def write(self, batch: Batch) -> None:
        start = time.process_time()
        rows = zip(batch.series.tolist(), batch.at.tolist(), batch.value.tolist(), strict=True)
        self.link.execute("BEGIN IMMEDIATE")
        self.link.executemany("INSERT OR REPLACE INTO sample VALUES (?, ?, ?)", rows)
        self.link.execute("COMMIT")
        self.spent += time.process_time() - start

    def finish(self) -> None:
        self.link.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def cpu(self) -> float:
        return self.spent

    def disk(self) -> int:
        return self.path.stat().st_size

    def everything(self, since: int, until: int) -> Arrays:
        query = "SELECT series, at, value FROM sample WHERE at >= ? AND at < ?"
        rows = self.link.execute(query, (since, until)).fetchall()
        return _split(np.array(rows))

    def one(self, key: SeriesKey, since: int, until: int) -> Arrays:
        query = "SELECT at, value FROM sample WHERE series = ? AND at >= ? AND at < ?"
        found = np.array(self.link.execute(query, (self.keys.index(key), since, until)).fetchall())
        return [(found[:, 0].astype(np.int64), found[:, 1])]

    def minutes(self, metric: str, since: int, until: int) -> object:
        import pandas as pd

        wanted = [i for i, key in enumerate(self.keys) if key.metric == metric]
        marks = ",".join("?" * len(wanted))
        columns = "series, at / 60000, value"
        query = f"""SELECT {columns} FROM sample WHERE series IN ({marks}) AND at >= ? AND at < ?"""  # noqa: S608
        rows = self.link.execute(query, (*wanted, since, until)).fetchall()
        groups = pd.DataFrame(rows, columns=["s", "m", "v"]).groupby(["s", "m"])["v"]
        return groups.mean(), groups.quantile(0.95)

    def total(self, since: int, until: int) -> float:
        query = "SELECT sum(value) FROM sample WHERE at >= ? AND at < ?"
        return float(self.link.execute(query, (since, until)).fetchone()[0])


def _split(rows: NDArray[np.float64]) -> Arrays:
    edges = np.flatnonzero(np.diff(rows[:, 0])) + 1
    return [(part[:, 1].astype(np.int64), part[:, 2]) for part in np.split(rows, edges)]


@dataclass(slots=True)
class Server:
    """A Prometheus-compatible server, written to by remote write and read by its query API."""

    name: str
    url: str
    folder: Path
    process: "subprocess.Popen[bytes]"
    client: httpx.Client
    exports: bool

    def write(self, batch: Batch) -> None:
        body = snappy(write_request(batch))
        answer = self.client.post(
            f"{self.url}/api/v1/write", content=body, headers={"Content-Encoding": "snappy"}
        )
        answer.raise_for_status()

    def finish(self) -> None:
        """Until everything is on disk as it stays: VictoriaMetrics flushes, Prometheus cuts a block."""
        if self.exports:
            self.client.get(f"{self.url}/internal/force_flush")
            self.client.get(f"{self.url}/internal/force_merge")
            time.sleep(5)
        else:
            self.client.post(f"{self.url}/api/v1/admin/tsdb/snapshot").raise_for_status()

    def cpu(self) -> float:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def disk(self) -> int:
        shown = self.folder / "snapshots"
        root = shown if shown.exists() and not self.exports else self.folder / "data"
        files = (path for path in root.rglob("*") if path.is_file())
        return sum(path.stat().st_size for path in files)

    def everything(self, since: int, until: int) -> Arrays:
        if self.exports:
            return self._export('{job="bench"}', since, until)
        return self._range('{job="bench"}', since, until)

    def one(self, key: SeriesKey, since: int, until: int) -> Arrays:
        labels = ",".join(f'{_name(name)}="{value}"' for name, value in key.labels)
        match = f"{_name(key.metric)}{{{labels}}}"
        return (
            self._export(match, since, until) if self.exports else self._range(match, since, until)
        )

    def _export(self, match: str, since: int, until: int) -> Arrays:
        asked: Asked = {"match[]": match, "start": since / 1000, "end": (until - 1) / 1000}
        answer = self.client.get(f"{self.url}/api/v1/export", params=asked)
        lines = (json.loads(line) for line in answer.iter_lines())
        return [(np.array(one["timestamps"]), np.array(one["values"], float)) for one in lines]

    def _range(self, match: str, since: int, until: int) -> Arrays:
        asked: Asked = {"query": f"{match}[{(until - since) // 1000}s]", "time": (until - 1) / 1000}
        found = self.client.get(f"{self.url}/api/v1/query", params=asked).json()["data"]["result"]
        made = []
        for one in found:
            at, value = zip(*one["values"], strict=True)
            made.append(((np.array(at) * 1000).astype(np.int64), np.array(value, float)))
        return made

    def minutes(self, metric: str, since: int, until: int) -> object:
        found = []
        for over in ("avg_over_time(", "quantile_over_time(0.95, "):
            query = f"{over}{_name(metric)}[1m])"
            asked = {"query": query, "start": since / 1000, "end": until / 1000, "step": 60}
            data = self.client.post(f"{self.url}/api/v1/query_range", data=asked).json()["data"]
            found.append([np.array(one["values"], float) for one in data["result"]])
        return found

    def total(self, since: int, until: int) -> float:
        """Prometheus refuses to sum different metrics of one label set, and is asked metric by metric."""
        over = f"[{(until - since) // 1000}s]"
        queries = [f'sum(sum_over_time({{job="bench"}}{over}) keep_metric_names)']
        if not self.exports:
            names = sorted({_name(key.metric) for key in _KNOWN})
            queries = [f"sum(sum_over_time({name}{over}))" for name in names]
        return sum(self._value(query, until) for query in queries)

    def _value(self, query: str, until: int) -> float:
        asked: Asked = {"query": query, "time": (until - 1) / 1000, "nocache": 1}
        found = self.client.get(f"{self.url}/api/v1/query", params=asked).json()
        return float(found["data"]["result"][0]["value"][1])


@contextmanager
def victoria_metrics(folder: Path, port: int) -> Iterator[Server | None]:
    program = shutil.which("victoria-metrics")
    command = [
        f"-storageDataPath={folder}/data",
        f"-httpListenAddr=127.0.0.1:{port}",
        "-retentionPeriod=100y",
        "-search.maxUniqueTimeseries=1000000",
        "-search.maxSamplesPerQuery=1000000000",
        "-loggerLevel=ERROR",
    ]
    with _server(program, command, "VictoriaMetrics", folder, port, exports=True) as server:
        yield server


@contextmanager
def prometheus(folder: Path, port: int) -> Iterator[Server | None]:
    program = shutil.which("prometheus")
    folder.mkdir(parents=True, exist_ok=True)
    settings = folder / "prometheus.yml"
    settings.write_text("global: {scrape_interval: 1h}\n")
    command = [
        f"--config.file={settings}",
        f"--storage.tsdb.path={folder}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--web.enable-remote-write-receiver",
        "--web.enable-admin-api",
        "--storage.tsdb.retention.time=100y",
        "--query.max-samples=1000000000",
        "--query.timeout=10m",
        "--log.level=error",
    ]
    with _server(program, command, "Prometheus", folder, port, exports=False) as server:
        yield server


@contextmanager
def _server(
    program: str | None, command: list[str], name: str, folder: Path, port: int, *, exports: bool
) -> Iterator[Server | None]:
    if program is None:
        yield None
        return
    folder.mkdir(parents=True, exist_ok=True)
    with (
        subprocess.Popen(
            [program, *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process,
        httpx.Client(timeout=600, trust_env=False) as client,
    ):
        url = f"http://127.0.0.1:{port}"
        _await(client, f"{url}/{'health' if exports else '-/ready'}")
        try:
            yield Server(name, url, folder, process, client, exports)
        finally:
            process.terminate()


def _await(client: httpx.Client, url: str) -> None:
    for _ in range(200):
        try:
            if client.get(url).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise TimeoutError(url)


def _name(text: str) -> str:
    return text.replace(".", "_")


def _varint(number: int) -> bytes:
    out = bytearray()
    while number >> 7:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def _field(number: int, body: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(body)) + body


def _labels(key: SeriesKey, known: dict[SeriesKey, bytes]) -> bytes:
    if key not in known:
        pairs = sorted([("__name__", _name(key.metric)), *((_name(n), v) for n, v in key.labels)])
        known[key] = b"".join(
            _field(1, _field(1, name.encode()) + _field(2, value.encode())) for name, value in pairs
        )
    return known[key]


_KNOWN: dict[SeriesKey, bytes] = {}


def write_request(batch: Batch) -> bytes:
    """A WriteRequest (prometheus/prompb/remote.proto) with one sample per time series."""
    out = []
    for series, at, value in zip(
        batch.series.tolist(), batch.at.tolist(), batch.value.tolist(), strict=True
    ):
        sample = b"\x09" + struct.pack("<d", value) + b"\x10" + _varint(at)
        out.append(_field(1, _labels(batch.keys[series], _KNOWN) + _field(2, sample)))
    return b"".join(out)


def snappy(data: bytes) -> bytes:
    """Snappy's block format with literals only: valid, uncompressed (google/snappy format_description.txt)."""
    out = [_varint(len(data))]
    for start in range(0, len(data), 65536):
        part = data[start : start + 65536]
        out += [b"\xf4" + struct.pack("<H", len(part) - 1), part]
    return b"".join(out)
