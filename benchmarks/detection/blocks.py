"""Series as the scheduled batch reads them: through a store, in blocks of one step."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.detection.tally import Windows
from collectors.replay import FIVE_MINUTES, Replay
from detectors.labels import Window
from reinfra.batch.acquire import Window as Span
from reinfra.batch.acquire import blocks
from reinfra.batch.steps import Steps
from reinfra.demo.folder import data_folder
from reinfra.model import Batch, Clock, SeriesBlock
from reinfra.store import Selector, Source, open_store


@dataclass(frozen=True, slots=True)
class Labelled:
    """Series, and the windows in which people say something was wrong."""

    block: SeriesBlock
    windows: Windows


def cloudwatch(clock: Clock) -> Labelled:
    """The recorded CloudWatch series, which all end now."""
    recordings = [
        one for one in Replay.open(data_folder(), clock).recordings if one.step == FIVE_MINUTES
    ]
    (block,) = read((one.batch for one in recordings), clock)
    windows = {
        one.batch.keys[0]: [Window(since, until) for since, until in one.windows]
        for one in recordings
    }
    return Labelled(block, windows)


def read(batches: Iterable[Batch], clock: Clock) -> list[SeriesBlock]:
    """Written to a store that lives only as long as this takes, and read back."""
    with TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{Path(folder) / 'bench.db'}", clock=clock, create=True)
        for batch in batches:
            store.write(batch, Source("benchmark", batch.keys[0].origin, "for a benchmark"))
        series = store.series(Selector())
        since = min(one.first_at for one in series)
        until = max(one.last_at for one in series) + 1
        found = blocks(store, series, Span(since, since, until), Steps(FIVE_MINUTES))
        read = [each.block for each in found]
        store.engine.dispose()
    return read
