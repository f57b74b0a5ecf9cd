"""Time and identity come in from outside, so that a test can hold them still."""

import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], int]
"""The present, in milliseconds since 1970 UTC."""

IdSource = Callable[[], str]
"""A fresh unique id."""

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def system_clock() -> int:
    return time.time_ns() // 1_000_000


def random_id() -> str:
    return uuid.uuid4().hex


def iso(at: int) -> str:
    """`at` as people read it: 2026-11-20T15:00:00Z (milliseconds are cut)."""
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
