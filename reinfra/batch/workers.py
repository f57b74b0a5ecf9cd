"""The items of a run one after another, or side by side in processes. Either way the same is found."""

import multiprocessing
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass

from reinfra.batch.cluster import on_cluster
from reinfra.batch.elsewhere import Place, elsewhere, largest, own, tried
from reinfra.batch.evaluate import Evaluation
from reinfra.batch.items import Item
from reinfra.batch.share import shared
from reinfra.batch.task import Task
from reinfra.config import Settings
from reinfra.model import Clock
from reinfra.progress import Progress, Step
from reinfra.store import SampleStore, Store


@dataclass(frozen=True, slots=True, eq=False)
class Work:
    """Where a run reads and writes, and what its items share."""

    samples: SampleStore
    store: Store
    settings: Settings
    task: Task
    run_id: str
    clock: Clock


@dataclass(frozen=True, slots=True)
class Crew:
    """Who works: processes here, a Dask cluster's workers, or whichever hosts claim items."""

    workers: int = 1
    dask: str = ""
    share: bool = False


def run_all(one: Work, items: Sequence[Item], crew: Crew, progress: Progress) -> Evaluation:
    """Work on every item."""
    found = Evaluation()
    for done, part in enumerate(_parts(one, items, crew), start=1):
        found.merge(part)
        progress(Step("detect", done, len(items)))
    return found


def _parts(one: Work, items: Sequence[Item], crew: Crew) -> Iterator[Evaluation]:
    if crew.share and not one.task.dry_run:
        return shared(one.store, one.task, items, one.run_id, one.clock)
    if crew.dask:
        return on_cluster(_place(one), one.task, items, crew.dask)
    if crew.workers > 1 and len(items) > 1:
        return _side_by_side(one, items, crew.workers)
    return (tried(one.samples, one.store, one.task, item) for item in items)


def _side_by_side(one: Work, items: Sequence[Item], workers: int) -> Iterator[Evaluation]:
    place = _place(one)
    fresh = multiprocessing.get_context("spawn")  # a fork would share connections and threads
    with ProcessPoolExecutor(min(workers, len(items)), fresh, let_parent_decide) as pool:
        running = [
            pool.submit(elsewhere, place, own(one.task, item), item) for item in largest(items)
        ]
        for future in as_completed(running):
            yield future.result()


def let_parent_decide() -> None:
    """A signal to the whole group, as of Ctrl-C or of systemd, ends the run by way of its own process."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)


def _place(one: Work) -> Place:
    samples = one.settings.database.samples if one.samples is not one.store else ""
    return Place(one.store.engine.url.render_as_string(hide_password=False), samples)
