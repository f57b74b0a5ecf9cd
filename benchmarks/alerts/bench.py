"""Delivery: how fast, how late, what a storm costs, and what kills do to it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.alerts.cloud import cloud, with_credentials
from benchmarks.alerts.endpoint import endpoint
from benchmarks.alerts.kills import Outcome, killed
from benchmarks.alerts.latency import late
from benchmarks.alerts.places import KINDS, Places, places
from benchmarks.alerts.speed import speeds
from benchmarks.results import table

MESSAGES, DETECTIONS = 10_000, 300
ANOMALIES, HOSTS = 100_000, 2_000
KILLS, INCIDENTS, TOPICS = 100, 250, 5  # 250 incidents x 4 messages x 10 topics
MEBIBYTE = 2**20


def run() -> Iterator[str]:
    with (
        with_credentials(),
        TemporaryDirectory(ignore_cleanup_errors=True) as name,
        places(Path(name)) as there,
    ):
        yield speed(there)
        yield latency(there)
        yield storm(there)
        yield kills(there)


def speed(there: Places, messages: int = MESSAGES) -> str:
    columns = ("database", "receiver", "messages", "seconds", "messages/s", "CPU, ms a message")
    rows = [
        (
            one.database,
            one.receiver,
            f"{one.messages:,}",
            f"{one.seconds:.2f}",
            f"{one.messages / one.seconds:,.0f}",
            f"{one.cpu / one.messages * 1000:.2f}",
        )
        for one in speeds(there, messages)
    ]
    head = """## From the outbox to an endpoint that answers at once

One relay, loopback interface, no cap. CPU is the relay's."""
    return f"{head}\n\n{table(columns, rows)}"


def latency(there: Places, detections: int = DETECTIONS) -> str:
    rows = []
    for kind in KINDS:
        found = np.array(late(there, kind, detections))
        quantiles = np.quantile(found, (0.5, 0.9, 0.99))
        rows.append((kind, len(found), *(f"{one:.2f}" for one in (*quantiles, found.max()))))
    head = """## From detection to SNS

From just before an anomaly is written, through grouping, routing and outbox, until `reinfra alerts relay --watch`
has brought the message to the endpoint. Each opens an incident of its own, ten a second on average. Seconds."""
    return f"{head}\n\n{table(('database', 'detections', 'p50', 'p90', 'p99', 'worst'), rows)}"


def storm(there: Places, anomalies: int = ANOMALIES, hosts: int = HOSTS) -> str:
    columns: tuple[str, ...] = (
        "database",
        "anomalies kept",
        "incidents",
        "messages written",
        "sent one by one",
        "digests",
    )
    columns += ("left or dead", "write, s", "group, s", "relay, s", "peak memory, MiB")
    rows = [_storm(there, kind, anomalies, hosts) for kind in KINDS]
    head = f"""## A storm: {anomalies:,} anomalies in a minute

{hosts:,} hosts with {anomalies // hosts} strange series each, a standard topic at its default of 20 an hour.
Memory is that of the one process that writes, groups and relays."""
    return f"{head}\n\n{table(columns, rows)}"


def _storm(there: Places, kind: str, anomalies: int, hosts: int) -> tuple[object, ...]:
    with endpoint(there.folder / f"storm-{kind}.txt") as address:
        command = [sys.executable, "-m", "benchmarks.alerts.storm", there.new(kind), address]
        command += [str(anomalies), str(hosts)]
        made = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    sent, pending, dead = made["outbox"]["sns"]
    seconds = (f"{made['seconds'][name]:.1f}" for name in ("write", "group", "relay"))
    head = (kind, f"{made['anomalies']:,}", f"{made['incidents']:,}", f"{sent + pending + dead:,}")
    told = made["single"], made["digests"], pending + dead
    return (*head, *told, *seconds, f"{made['peak'] / MEBIBYTE:.0f}")


def kills(there: Places, incidents: int = INCIDENTS, count: int = KILLS) -> str:
    columns = ("database", "topics", "messages", "kills", "lost", "repeats", "out of order")
    rows = []
    with cloud() as aws:
        for kind in KINDS:
            names = [f"{kind}-{n}".lower() for n in range(TOPICS)]
            every = [*names, *(f"{name}.fifo" for name in names)]
            found = killed(aws, there.new(kind), every, incidents, count)
            for suffix in ("", ".fifo"):
                part = [one for one in found if one.topic.endswith(".fifo") == bool(suffix)]
                rows.append((kind, f"{len(part)} {'FIFO' if suffix else 'standard'}", *_sums(part)))
    head = f"""## Relays killed with SIGKILL, SNS to SQS on moto's server

Up to 20 ms after one of the next sixteen batches has begun. A repeat carries the key of the first; on FIFO
topics it is dropped by its deduplication id. Out of order: incidents of which a later message came first.
{TOPICS} topics of each kind, as moto's time for a message grows with those that lie in its queue."""
    return f"{head}\n\n{table(columns, rows)}"


def _sums(found: list[Outcome]) -> tuple[object, ...]:
    messages, lost = sum(one.messages for one in found), sum(one.lost for one in found)
    repeats, disordered = sum(one.repeats for one in found), sum(one.disordered for one in found)
    return f"{messages:,}", found[0].kills, lost, repeats, disordered
