"""Relays killed in the middle of SNS calls and of transactions; benchmarks/alerts has many more, with moto."""

from collections import defaultdict
from pathlib import Path

import pytest

from benchmarks.alerts.cloud import CREDENTIALS
from benchmarks.alerts.endpoint import endpoint
from benchmarks.alerts.kills import outcome, relayed

INCIDENTS, KILLS, MOST = 38, 4, 4
ARN = "arn:aws:sns:eu-central-1:123456789012:"


def test_kills_lose_nothing_and_a_fifo_topic_gets_each_message_once_and_in_order(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SNS drops what comes again with a deduplication id, on FIFO topics: here that is done afterwards."""
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    arrived = tmp_path / "arrived"
    with endpoint(arrived) as address:
        arns = [f"{ARN}alerts", f"{ARN}alerts.fifo"]
        kills = relayed(sqlite_url, address, arns, INCIDENTS, KILLS, MOST)
    lines = [line.split() for line in arrived.read_text().splitlines()]
    got: dict[str, list[str]] = defaultdict(list)
    seen = set()
    for topic, key, deduplication, _ in lines:
        if deduplication == "-" or deduplication not in seen:
            got[topic].append(key)
        seen.add(deduplication)
    standard, fifo = (
        outcome(name, got[name], INCIDENTS, kills) for name in ("alerts", "alerts.fifo")
    )
    assert (standard.messages, standard.kills, standard.lost) == (152, KILLS, 0)
    assert (fifo.lost, fifo.repeats, fifo.disordered) == (0, 0, 0)
