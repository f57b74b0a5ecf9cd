"""Messages a second from the outbox to an endpoint on the loopback interface that answers at once."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.alerts.endpoint import endpoint
from benchmarks.alerts.fill import START, fill
from benchmarks.alerts.places import KINDS, Places
from reinfra.alerts.channels import open_channel
from reinfra.alerts.relay import relay
from reinfra.config.receivers import AnyReceiver, SnsReceiver, WebhookReceiver
from reinfra.store import open_store

ARN = "arn:aws:sns:eu-central-1:123456789012:alerts"


class Speed(NamedTuple):
    database: str
    receiver: str
    messages: int
    seconds: float
    cpu: float


def speeds(places: Places, messages: int) -> Iterator[Speed]:
    with endpoint(places.folder / "speed.txt") as address:
        for kind in KINDS:
            for name, receiver in _receivers(address).items():
                yield _one(places, kind, name, receiver, messages)


def _receivers(address: str) -> dict[str, AnyReceiver]:
    return {
        "sns, json, batches of 10": SnsReceiver(topic_arn=ARN, endpoint_url=address, format="json"),
        "webhook, json, one by one": WebhookReceiver(url=address),
    }


def _one(places: Places, kind: str, name: str, receiver: AnyReceiver, messages: int) -> Speed:
    store = open_store(places.new(kind))
    fill(store, messages, 1, [receiver.name])
    channel = open_channel(receiver)
    begun, cpu = time.perf_counter(), time.process_time()
    report = relay(store, [channel], lambda: START, np.random.default_rng(1), 10**9)
    taken = time.perf_counter() - begun, time.process_time() - cpu
    store.engine.dispose()
    if report.sent != messages:
        raise RuntimeError(f"not all was sent: {report}")
    return Speed(kind, name, messages, *taken)


def arrived(path: Path) -> list[list[str]]:
    """Topic, key, deduplication id and ns of each message."""
    return [line.split() for line in path.read_text().splitlines()]
