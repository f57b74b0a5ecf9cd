"""Relays killed at random points, SNS to SQS: what is lost, repeated, or out of order."""

import subprocess
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from benchmarks.alerts.cloud import Cloud
from benchmarks.alerts.fill import fill
from reinfra.store import backlog, open_store


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a topic's queue got of `messages`. `disordered` incidents heard something before what came earlier."""

    topic: str
    messages: int
    kills: int
    lost: int
    repeats: int
    disordered: int


def killed(
    cloud: Cloud, url: str, names: Sequence[str], incidents: int, kills: int, most: int = 16
) -> list[Outcome]:
    """`incidents` incidents of four messages each, to each of the topics; a kill after `most` batches at most."""
    topics = {name: cloud.topic(name) for name in names}
    done = relayed(url, cloud.endpoint, [arn for arn, _ in topics.values()], incidents, kills, most)
    return [
        outcome(name, cloud.keys(queue), incidents, done) for name, (_, queue) in topics.items()
    ]


def relayed(
    url: str, endpoint: str, arns: Sequence[str], incidents: int, kills: int, most: int
) -> int:
    """Fill the outbox and send all of it. Returns how many relays were killed."""
    store = open_store(url)
    fill(store, incidents, 4, [arn.rpartition(":")[2] for arn in arns])
    store.engine.dispose()
    command = [sys.executable, "-m", "benchmarks.alerts.victim", url, endpoint]
    command += [str(kills), str(most), "7", *arns]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    _must_be_empty(url)
    return int(done.stdout)


def _must_be_empty(url: str) -> None:
    store = open_store(url)
    with store.reading() as connection:
        left = {
            name: one for name, one in backlog.counts(connection).items() if one.pending or one.dead
        }
    store.engine.dispose()
    if left:
        raise RuntimeError(f"not all was sent: {left}")


def outcome(topic: str, keys: Sequence[str], incidents: int, kills: int) -> Outcome:
    wanted = {f"INC-{id_}:{n}" for id_ in range(1, incidents + 1) for n in range(1, 5)}
    of_incident: dict[str, list[int]] = defaultdict(list)
    for key in keys:
        name, _, number = key.partition(":")
        of_incident[name].append(int(number))
    disordered = sum(
        any(after < before for before, after in pairwise(numbers))
        for numbers in of_incident.values()
    )
    stray = set(keys) - wanted
    if stray:
        raise RuntimeError(f"keys that nobody wrote: {sorted(stray)[:5]}")
    return Outcome(
        topic, len(wanted), kills, len(wanted - set(keys)), len(keys) - len(set(keys)), disordered
    )
