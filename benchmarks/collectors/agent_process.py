"""The agent itself, as `reinfra collect` runs it, with replayed GPUs; prints what it took as JSON."""

import json
import resource
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from collectors import Collector
from collectors.export import Exporting, exporting
from collectors.host import Host
from collectors.nvidia.collector import Nvidia
from reinfra.collect.loop import Loop
from reinfra.collect.sources import Opened
from reinfra.collect.writer import Writer
from reinfra.config.export import ExportSettings
from reinfra.config.sources import HostSource, NvidiaSource
from reinfra.model import Batch, Origin, Page, Report
from reinfra.store import open_store
from tests.collectors.nvidia.replayed import Replayed

_START = 5.0
_EVERY = 1.0
_KIB = 1024


@dataclass(slots=True)
class Watched:
    """A source whose samples are counted and go to `sender` too; `cpu` is what reading it took."""

    source: Collector
    sender: Exporting | None
    series: int = 0
    samples: int = 0
    cpu: float = 0.0

    @property
    def name(self) -> str:
        return self.source.name

    @property
    def origin(self) -> Origin:
        return self.source.origin

    def collect(self) -> Iterator[Batch | Report]:
        before = time.thread_time()
        given = list(self.source.collect())
        self.cpu += time.thread_time() - before
        for each in given:
            if isinstance(each, Batch):
                self.series = max(self.series, len(each.keys))
                self.samples += len(each)
                if self.sender:
                    self.sender.take(each)
        yield from given


class Watching(Writer):
    """The writer; `cpu` is what writing took."""

    cpu = 0.0

    def write(self, name: str, origin: Origin, given: Batch | Page | Report) -> dict[str, int]:
        before = time.thread_time()
        refused = super().write(name, origin, given)
        self.cpu += time.thread_time() - before
        return refused


def main(folder: Path, capture: str, endpoint: str, seconds: float, gpus: int) -> None:
    nvml = Replayed.of(capture, gpus=gpus)
    nvml.remembered = {}  # the report is read once: what is measured is not the double's XML
    sender = exporting(ExportSettings(endpoint=endpoint), dict) if endpoint else None
    nvidia = Nvidia(nvml, "agent")
    sources = [Watched(nvidia, sender), Watched(Host(host="agent"), sender)]
    with ExitStack() as stack:
        stack.callback(nvidia.close)
        if sender:
            sender.start()
            stack.callback(sender.close)
        taken = _run(folder, sources, seconds)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _KIB
    failed = sender.failed if sender else 0
    print(json.dumps({**taken, "memory": most, "failed": failed}))


def _run(folder: Path, sources: list[Watched], seconds: float) -> dict[str, float]:
    """What `seconds` took, from when the agent has settled."""
    store = open_store(f"sqlite:///{folder / 'agent.db'}", create=True)
    writer = Watching(store)
    settings = {"nvidia": NvidiaSource(), "host": HostSource(identity=False)}
    loop = Loop(writer, _EVERY, lambda _: None)
    opened = [Opened(settings[each.name], each) for each in sources]
    thread = threading.Thread(target=loop.run, args=(opened,))
    thread.start()
    time.sleep(_START)
    before = _taken(sources, writer)
    time.sleep(seconds)
    after = _taken(sources, writer)
    loop.stop.set()
    thread.join()
    store.engine.dispose()
    cpu, reading, writing, samples = (b - a for a, b in zip(before, after, strict=True))
    return {
        "series": sum(each.series for each in sources),
        "samples": samples,
        "cpu": cpu / seconds,
        "reading": reading / seconds,
        "writing": writing / seconds,
    }


def _taken(sources: list[Watched], writer: Watching) -> tuple[float, float, float, int]:
    reading = sum(each.cpu for each in sources)
    return time.process_time(), reading, writer.cpu, sum(each.samples for each in sources)


if __name__ == "__main__":
    _folder, _capture, _endpoint, _seconds, _gpus = sys.argv[1:]
    main(Path(_folder), _capture, _endpoint, float(_seconds), int(_gpus))
