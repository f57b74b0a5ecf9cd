"""Requests that are built as one before: the same resource, metrics and attributes in the same order.

That is what an SDK sends at every interval, and only times and values differ, which take eight bytes each. So a
resource's message as long as the one before is compared with it everywhere else, which takes no time; where they
agree, all places are known, and nothing has to be read but numbers.
"""

from collections import OrderedDict
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from collectors.otlp.places import Places
from collectors.otlp.wire import BYTES, Span, tag_of, varint

MOST_BYTES = 64 * 1024 * 1024
LEAST_POINTS = 16
"""Below which reading again is as fast as comparing."""
_PATIENCE = 8
"""Where so many in a row were built otherwise, only every eighth is learned."""
_RESOURCE = tag_of(1, BYTES)


@dataclass(frozen=True, slots=True)
class Message:
    """A resource that was read: where all that it sends is, and its metrics that are no numbers."""

    resource: bytes
    span: Span
    others: tuple[Span, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """`fixed` are the message's bytes, which must be the same again under `mask`.

    `resource` are those of its resource. `places` and `others`, where the metrics are that are no numbers,
    count from the message's start.
    """

    resource: bytes
    fixed: NDArray[np.uint8]
    mask: NDArray[np.uint8]
    places: Places
    others: tuple[Span, ...]

    def fits(self, raw: NDArray[np.uint8]) -> bool:
        return not ((raw ^ self.fixed) & self.mask).any()


@dataclass(slots=True)
class Layouts:
    """The latest layout of each resource and length."""

    _known: OrderedDict[tuple[bytes, int], Layout] = field(default_factory=OrderedDict)
    _misses: dict[tuple[bytes, int], int] = field(default_factory=dict)
    _bytes: int = 0

    def find(self, data: bytes, raw: NDArray[np.uint8], span: Span) -> Layout | None:
        """The layout of the message at `span`, if it is known."""
        start, end = span
        place = _place(data, span)
        layout = self._known.get(place)
        if layout is None:
            return None
        if layout.fits(raw[start:end]):
            self._misses.pop(place, None)
            return layout
        self._misses[place] = self._misses.get(place, 0) + 1
        return None

    def learn(
        self,
        data: bytes,
        raw: NDArray[np.uint8],
        message: Message,
        places: Places,
    ) -> None:
        """How the message is laid out; all places still count from the request's start."""
        start, end = message.span
        place = _place(data, message.span)
        misses = self._misses.get(place, 0)
        if misses > _PATIENCE and misses % _PATIENCE:
            return
        here = places.moved(-start)
        mask = np.full(end - start, 0xFF, np.uint8)
        mask[here.variable()] = 0
        inner = tuple((one - start, two - start) for one, two in message.others)
        for one, two in inner:
            mask[one:two] = 0
        layout = Layout(message.resource, raw[start:end].copy(), mask, here, inner)
        self._keep(place, layout)

    def _keep(self, place: tuple[bytes, int], layout: Layout) -> None:
        if self._known.pop(place, None) is None:
            self._bytes += place[1]
        self._known[place] = layout
        while self._bytes > MOST_BYTES:
            oldest, _ = self._known.popitem(last=False)
            self._misses.pop(oldest, None)
            self._bytes -= oldest[1]


def _place(data: bytes, span: Span) -> tuple[bytes, int]:
    """What a layout is found by: the resource, where it comes first as it should, and the length."""
    start, end = span
    if end - start < LEAST_POINTS or data[start] != _RESOURCE:
        return b"", end - start
    size, after = varint(data, start + 1, end)
    return data[start : after + size], end - start
