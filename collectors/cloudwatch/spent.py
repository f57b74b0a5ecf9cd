"""What reading has asked of AWS since it was last told, as series: users see what they pay for."""

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from collectors.base import Labels, key_of
from collectors.cloudwatch.errors import THROTTLED
from reinfra.model import Batch, Origin, SeriesKey

if TYPE_CHECKING:
    from botocore.hooks import BaseEventHooks


@dataclass(slots=True)
class Spent:
    """Every attempt counts as a request; the metrics of a question count once, not again for each page."""

    metrics: int = 0
    throttled: int = 0
    requests: Counter[str] = field(default_factory=Counter)

    def watch(self, events: "BaseEventHooks") -> None:
        events.register("request-created.cloudwatch", self._count_request)
        events.register("needs-retry.cloudwatch", self._count_throttling)

    def told(self, labels: Labels, at: int) -> Batch:
        """The counts as samples at `at`; they begin again from nothing."""
        values: list[tuple[SeriesKey, float]] = [
            (_key("metrics.requested", labels), self.metrics),
            (_key("requests.throttled", labels), self.throttled),
        ]
        for operation, count in sorted(self.requests.items()):
            values.append((_key("requests", {**labels, "rpc.method": operation}), count))
        self.metrics = self.throttled = 0
        self.requests.clear()
        return Batch.at_instant(at, values)

    def _count_request(self, operation_name: str, **_: Any) -> None:  # noqa: ANN401 - botocore's event
        self.requests[operation_name] += 1

    def _count_throttling(self, response: Any, **_: Any) -> None:  # noqa: ANN401
        """`response` is (HTTP's, parsed), or None where none came."""
        if response and response[1].get("Error", {}).get("Code") in THROTTLED:
            self.throttled += 1


def _key(name: str, labels: Labels) -> SeriesKey:
    return key_of(f"reinfra.cloudwatch.{name}", labels, Origin.LIVE)
