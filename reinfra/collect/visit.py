"""One collection of one source; a source that fails is a state that pages and `reinfra doctor` show."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import cast

import structlog

from collectors import Collector, Resumable
from reinfra.collect.gathering import Gathering
from reinfra.collect.sources import Opened
from reinfra.collect.writer import Writer
from reinfra.errors import ReinfraError
from reinfra.model import Batch, Page, Report
from reinfra.store import StoreError

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Collection:
    """What one source gave. `error` is empty where it worked."""

    source: str
    samples: int = 0
    refused: int = 0
    error: str = ""

    @property
    def line(self) -> str:
        refused = f", {self.refused} refused" if self.refused else ""
        gave = f"{self.samples} samples{refused}"
        return f"{self.source}: {self.error or gave}"


def visit(
    writer: Writer | Gathering, opened: Opened, alive: Callable[[], None] = lambda: None
) -> Collection:
    """Read a source and write what it gave. Raises StoreError: without a store nothing can be kept.

    `alive` is called whenever something was written: a long past is read page by page.
    """
    samples = refused = 0
    error = ""
    source = opened.source
    try:
        for given in _given(writer, opened):
            lost = writer.write(opened.name, source.origin, given)
            refused += sum(lost.values()) + _refused(given)
            samples += _size(given) - sum(lost.values())
            alive()
    except StoreError:
        raise
    except ReinfraError as failure:
        error = str(failure)
    except Exception as defect:  # the one place that keeps the loop alive
        log.exception("collect", source=opened.name)
        error = f"a defect of the collector ({type(defect).__name__}); the log has its trace"
    writer.over(opened.name, error)
    return Collection(opened.name, max(0, samples), refused, error)


def _given(writer: Writer | Gathering, opened: Opened) -> Iterator[Batch | Page | Report]:
    source = opened.source
    if hasattr(source, "resume"):  # a runtime protocol takes far longer to ask
        yield from cast("Resumable", source).resume(writer.store.cursor(opened.name))
    elif hasattr(source, "collect"):
        yield from cast("Collector", source).collect()


def _size(given: Batch | Page | Report) -> int:
    match given:
        case Batch():
            return len(given)
        case Page(batch, _):
            return len(batch)
        case Report():
            return 0


def _refused(given: Batch | Page | Report) -> int:
    return sum(given.refused.values()) if isinstance(given, Report) else 0
