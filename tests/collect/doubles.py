"""Sources for tests of the loop: real parts in all but what they read."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

from collectors import CollectorError, Deliver
from reinfra.collect.sources import Opened
from reinfra.config.sources import SourceSettings
from reinfra.model import Batch, Origin, Page, Report, SeriesKey

NOW = 1_750_000_000_000


def key(name: str) -> SeriesKey:
    return SeriesKey.of("m", {"source": name})


@dataclass(frozen=True)
class Working:
    name: str = "working"
    origin: Origin = Origin.LIVE

    def collect(self) -> Iterator[Batch | Report]:
        yield Batch.at_instant(NOW, [(key(self.name), 1.0)])
        yield Report(refused={"blank": 2})


@dataclass(frozen=True)
class Broken:
    name: str = "broken"
    origin: Origin = Origin.LIVE

    def collect(self) -> Iterator[Batch | Report]:
        raise CollectorError("no answer", where="broken")


@dataclass(frozen=True)
class Defective:
    name: str = "defective"
    origin: Origin = Origin.LIVE

    def collect(self) -> Iterator[Batch | Report]:
        raise ZeroDivisionError("division by zero")


@dataclass(frozen=True)
class Hanging:
    """Answers when it is let go, and not before."""

    name: str = "hanging"
    origin: Origin = Origin.LIVE
    released: threading.Event = field(default_factory=threading.Event)

    def collect(self) -> Iterator[Batch | Report]:
        self.released.wait()
        yield Report()


@dataclass(frozen=True)
class Paged:
    """Numbered pages; it goes on after the one that the cursor names."""

    pages: int = 3
    name: str = "paged"
    origin: Origin = Origin.LIVE

    def resume(self, cursor: str | None) -> Iterator[Page | Report]:
        for page in range(int(cursor or 0), self.pages):
            yield Page(Batch.at_instant(NOW + page, [(key(self.name), page)]), str(page + 1))


@dataclass
class Pushed:
    """A receiver that delivers when a test says so."""

    name: str = "pushed"
    origin: Origin = Origin.LIVE
    deliver: Deliver | None = None
    listening: threading.Event = field(default_factory=threading.Event)
    stopped: threading.Event = field(default_factory=threading.Event)

    def start(self, deliver: Deliver) -> None:
        self.deliver = deliver
        self.listening.set()

    def stop(self) -> None:
        self.stopped.set()


def opened(
    source: Working | Broken | Defective | Hanging | Paged | Pushed, **given: float
) -> Opened:
    return Opened(SourceSettings(collector="double", name=source.name, **given), source)
