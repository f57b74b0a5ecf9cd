"""Sources collected again and again, each on its own thread and in its own rhythm, until told to stop."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import structlog

from collectors import Receiver
from reinfra.collect.gathering import HOLD, Gathering
from reinfra.collect.rhythm import Running, next_due
from reinfra.collect.sources import ON_THIS_MACHINE, Opened
from reinfra.collect.upkeep import upkeep
from reinfra.collect.visit import Collection, visit
from reinfra.collect.writer import Writer
from reinfra.store import StoreError

UPKEEP_EVERY = 900.0
"""Seconds between two rounds of sealing and retention."""

_WATCH_EVERY = 1.0
_GOODBYE = 5.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Loop:
    """`run` returns when `stop` is set. `tell` hears of every collection, from the source's thread."""

    writer: Writer
    interval: float
    tell: Callable[[Collection], None]
    stop: threading.Event = field(default_factory=threading.Event)
    monotonic: Callable[[], float] = time.monotonic

    def run(self, opened: Sequence[Opened]) -> None:
        """Raises CollectorError where a receiver cannot listen; everything else is told."""
        receivers = [one for one in opened if isinstance(one.source, Receiver)]
        pulled = [one for one in opened if not isinstance(one.source, Receiver)]
        running = Running(self.monotonic)
        writers = {one.name: self._writer(one) for one in pulled}
        try:
            for one in receivers:
                self._listen(one)
            shares = [i / len(pulled) for i in range(len(pulled))]
            threads = [
                self._start(running, one, writers[one.name], share)
                for one, share in zip(pulled, shares, strict=True)
            ]
            self._watch(running, writers)
        finally:
            self.stop.set()
            for one in receivers:
                if isinstance(one.source, Receiver):
                    one.source.stop()
        for thread in threads:
            thread.join(_GOODBYE)  # one that hangs is a daemon and ends with the process
        _flush(writers, hold=0.0)

    def _writer(self, opened: Opened) -> Writer | Gathering:
        """What this machine tells every second is written several rounds at a time."""
        if opened.settings.collector not in ON_THIS_MACHINE:
            return self.writer
        return Gathering(self.writer, opened.name, opened.source.origin, self.monotonic)

    def _listen(self, opened: Opened) -> None:
        source = opened.source
        if isinstance(source, Receiver):
            source.start(self.writer.deliver(opened.name, source.origin))
            self.writer.over(opened.name)
            log.info("collect", listening=opened.name)

    def _start(
        self, running: Running, opened: Opened, writer: Writer | Gathering, share: float
    ) -> threading.Thread:
        """`share` spreads the sources over their interval, so that they do not all come at once."""
        arguments = (running, opened, writer, share)
        thread = threading.Thread(
            target=self._repeat, args=arguments, name=f"collect {opened.name}", daemon=True
        )
        thread.start()
        return thread

    def _repeat(
        self, running: Running, opened: Opened, writer: Writer | Gathering, share: float
    ) -> None:
        every = opened.settings.interval or self.interval
        due = self.monotonic() + share * every
        while not self.stop.wait(max(0.0, due - self.monotonic())):
            begin = partial(running.begin, opened.name, opened.settings.timeout)
            begin()
            try:
                self.tell(visit(writer, opened, begin))
            except StoreError as error:  # locked for a moment, or full: the next round may write
                self.tell(Collection(opened.name, error=str(error)))
            finally:
                running.end(opened.name)
            due, missed = next_due(due, every, self.monotonic())
            if missed:
                log.warning("collect", source=opened.name, missed=missed, why="it took too long")

    def _watch(self, running: Running, writers: Mapping[str, Writer | Gathering]) -> None:
        tidied = self.monotonic()
        told: set[str] = set()
        while not self.stop.wait(_WATCH_EVERY):
            hanging = running.hanging()
            for name in hanging.keys() - told:
                self._say_it_hangs(writers[name], name, hanging[name])
            told = set(hanging)
            _flush(writers)
            if self.monotonic() - tidied >= UPKEEP_EVERY:
                tidied = self.monotonic()
                upkeep(self.writer.store)

    def _say_it_hangs(self, writer: Writer | Gathering, name: str, age: float) -> None:
        error = f"no answer for {age:.0f} s"
        self.tell(Collection(name, error=error))
        try:
            writer.over(name, error)
        except StoreError as unwritten:
            log.warning("collect", source=name, error=str(unwritten))


def _flush(writers: Mapping[str, Writer | Gathering], hold: float = HOLD) -> None:
    """What has waited long enough, of sources that do not come to write it themselves."""
    for name, writer in writers.items():
        if isinstance(writer, Gathering):
            try:
                writer.flush(hold)
            except StoreError as unwritten:
                log.warning("collect", source=name, error=str(unwritten))
