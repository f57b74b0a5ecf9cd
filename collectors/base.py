"""What a collector is: it yields batches and reports, and knows neither store nor schedule."""

from collections.abc import Callable, Iterator, Mapping
from typing import Protocol, runtime_checkable

from reinfra.errors import ReinfraError
from reinfra.model import (
    DERIVED_LABEL,
    ORIGIN_LABEL,
    Batch,
    InputError,
    Origin,
    Page,
    Report,
    SeriesKey,
)
from reinfra.signals import signals

Labels = Mapping[str, str]


class CollectorError(InputError):
    """A source that cannot be read, or said something that is not what it is known to say."""


class OverloadedError(ReinfraError):
    """More came in than can be stored now; the sender may try again in a moment."""


@runtime_checkable
class Collector(Protocol):
    """`collect` yields what the source has now and ends; whoever wants more calls again.

    A batch is whole: a source that fails half-way raises CollectorError before it yields. Every key
    carries its origin. Waiting is bounded by the timeout of the collector's settings.
    """

    @property
    def name(self) -> str: ...

    @property
    def origin(self) -> Origin: ...

    def collect(self) -> Iterator[Batch | Report]: ...


@runtime_checkable
class Resumable(Protocol):
    """A source with a past: pages from `cursor` on (None: from where the settings say) until now."""

    @property
    def name(self) -> str: ...

    @property
    def origin(self) -> Origin: ...

    def resume(self, cursor: str | None) -> Iterator[Page | Report]: ...


Deliver = Callable[[Batch | Report], Mapping[str, int]]
"""Stores what was received, and returns the refused samples by reason when all the rest is safe.

Raises OverloadedError when the queue is full, StoreError when nothing could be written.
"""


@runtime_checkable
class Receiver(Protocol):
    """A source that others push to: `start` listens and returns, `stop` answers what is open and ends.

    `start` raises CollectorError where the address cannot be listened on. `deliver` may be called from
    any thread.
    """

    @property
    def name(self) -> str: ...

    @property
    def origin(self) -> Origin: ...

    def start(self, deliver: Deliver) -> None: ...

    def stop(self) -> None: ...


Source = Collector | Resumable | Receiver


def key_of(signal: str, labels: Labels, origin: Origin, derived: str = "") -> SeriesKey:
    """The key of one series of a registered signal; KeyError where nobody registered it."""
    marks = {ORIGIN_LABEL: origin.value, DERIVED_LABEL: derived}
    return signals()[signal].key({**labels, **marks})
