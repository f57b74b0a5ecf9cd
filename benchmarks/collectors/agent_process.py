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
from collectors.nvidia import inventory
from collectors.nvidia.collector import Nvidia
from collectors.nvidia.questions import questions
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


@dataclass(frozen=True, slots=True)
class Agent:
    """What is collected: of each GPU so many signals (0: all that there are), and the host too or not."""

    capture: str
    endpoint: str
    gpus: int
    signals: int
    host: bool


def main(folder: Path, agent: Agent, seconds: float) -> None:
    if agent.signals:
        _only(agent)
    sender = exporting(ExportSettings(endpoint=agent.endpoint), dict) if agent.endpoint else None
    nvidia = Nvidia(_nvml(agent.capture, agent.gpus), "agent")
    sources = [Watched(nvidia, sender)]
    if agent.host:
        sources.append(Watched(Host(host="agent"), sender))
    with ExitStack() as stack:
        stack.callback(nvidia.close)
        if sender:
            sender.start()
            stack.callback(sender.close)
        taken = _run(folder, sources, seconds)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _KIB
    failed = sender.failed if sender else 0
    print(json.dumps({**taken, "memory": most, "failed": failed}))


def _nvml(capture: str, gpus: int) -> Replayed:
    nvml = Replayed.of(capture, gpus=gpus)
    nvml.remembered = {}  # the report is read once: what is measured is not the double's XML
    return nvml


def _only(agent: Agent) -> None:
    """Ask each GPU for no more series than it is to give, its XID counts among them."""
    one = Nvidia(_nvml(agent.capture, 1), "agent")
    sweep, events = one._sweeps.period()  # noqa: SLF001
    one.close()
    given = dict.fromkeys(key.metric for key, _ in sweep.levels)
    left, kept = agent.signals - len(events), set()
    for name in given:
        count = sum(key.metric == name for key, _ in sweep.levels)
        if count <= left:
            left -= count
            kept.add(name)
    ways = {series: way for series, way in questions().items() if series[0] in kept}
    inventory.questions = lambda: ways  # type: ignore[assignment, attr-defined]


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
    _folder, _seconds, *_rest = sys.argv[1:]
    _capture, _endpoint, _gpus, _signals, _host = _rest
    _agent = Agent(_capture, _endpoint, int(_gpus), int(_signals), bool(int(_host)))
    main(Path(_folder), _agent, float(_seconds))
