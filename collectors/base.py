"""What a collector is: a frozen dataclass that yields batches, and knows neither store nor schedule."""

from collections.abc import Iterator, Mapping
from typing import Protocol

from reinfra.model import DERIVED_LABEL, ORIGIN_LABEL, Batch, InputError, Origin, SeriesKey
from reinfra.signals import signals

Labels = Mapping[str, str]


class CollectorError(InputError):
    """A source that cannot be read, or said something that is not what it is known to say."""


class Collector(Protocol):
    """`collect` yields what the source has now and ends; whoever wants more calls again.

    A batch is whole: a source that fails half-way raises CollectorError before it yields. Every key
    carries its origin.
    """

    @property
    def name(self) -> str: ...

    @property
    def origin(self) -> Origin: ...

    def collect(self) -> Iterator[Batch]: ...


def key_of(signal: str, labels: Labels, origin: Origin, derived: str = "") -> SeriesKey:
    """The key of one series of a registered signal; KeyError where nobody registered it."""
    marks = {ORIGIN_LABEL: origin.value, DERIVED_LABEL: derived}
    return signals()[signal].key({**labels, **marks})
