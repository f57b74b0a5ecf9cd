"""A run that is killed at any moment, and how soon a message follows what is found."""

from collections.abc import Iterator

from benchmarks.batch import kills, latency
from benchmarks.results import table

KILLS = """## Killed at random

A process searches four days of 12 series hour by hour and is killed with SIGKILL at random moments, again and
again; then one run ends the search. What was found is compared with what one run finds that nobody disturbs."""

LATENCY = """## From detection to delivery

`reinfra up` on a database with two days of 40 series at 10 s; then one series after the other
breaks out. A message's way is from its row in the outbox, which is written with the incident, to when the
channel had it; a finding's way begins with the first strange
sample: a window of 10 s must end, and a few points must be strange. The channel is a file."""


def run() -> Iterator[str]:
    yield KILLS
    columns = (
        "database",
        "kills",
        "anomalies",
        "lost",
        "doubled",
        "without incident",
        "repeated keys",
    )
    yield table(columns, [kills.measure(100)])
    yield LATENCY
    parts = ("part", "messages", "median, s", "p99, s", "longest, s")
    yield table(parts, latency.measure())
