"""The items of a run one after another, or side by side in processes. Either way the same is found."""

import multiprocessing
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace

from reinfra.batch.attempt import attempted
from reinfra.batch.evaluate import Evaluation
from reinfra.batch.items import Item
from reinfra.batch.share import shared
from reinfra.batch.task import Task
from reinfra.batch.work import work
from reinfra.config import Settings
from reinfra.errors import InputError
from reinfra.model import Clock
from reinfra.progress import Progress, Step
from reinfra.store import SampleStore, Store, open_store

_CONNECT_S = 10


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
class Place:
    """What another process needs to open the same stores."""

    url: str
    samples: str

    @classmethod
    def of(cls, one: Work) -> "Place":
        elsewhere = one.settings.database.samples if one.samples is not one.store else ""
        return cls(one.store.engine.url.render_as_string(hide_password=False), elsewhere)


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
        return _on_cluster(one, items, crew.dask)
    if crew.workers > 1 and len(items) > 1:
        return _side_by_side(one, items, crew.workers)
    return (_attempted(one.samples, one.store, one.task, item) for item in items)


def _side_by_side(one: Work, items: Sequence[Item], workers: int) -> Iterator[Evaluation]:
    place = Place.of(one)
    fresh = multiprocessing.get_context("spawn")  # a fork would share connections and threads
    with ProcessPoolExecutor(min(workers, len(items)), fresh, let_parent_decide) as pool:
        running = [
            pool.submit(elsewhere, place, _own(one.task, item), item) for item in _largest(items)
        ]
        for future in as_completed(running):
            yield future.result()


def let_parent_decide() -> None:
    """A signal to the whole group, as of Ctrl-C or of systemd, ends the run by way of its own process."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)


def _on_cluster(one: Work, items: Sequence[Item], address: str) -> Iterator[Evaluation]:
    """On the workers of a Dask cluster, which must reach the database by its URL."""
    try:
        from distributed import Client
    except ImportError as error:
        raise InputError("Dask is not installed", todo="Install reinfra[dask].") from error
    place = Place.of(one)
    try:
        client = Client(address, timeout=_CONNECT_S, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise InputError("the Dask cluster cannot be reached", where=address) from error
    with client:
        running = [
            client.submit(elsewhere, place, _own(one.task, item), item, pure=False)
            for item in _largest(items)
        ]
        yield from (future.result() for future in running)


def _largest(items: Sequence[Item]) -> list[Item]:
    """What takes longest first."""
    return sorted(items, key=lambda item: -len(item.series))


def elsewhere(place: Place, task: Task, item: Item) -> Evaluation:
    """Work on an item in a process that has opened nothing yet."""
    store = open_store(place.url)
    try:
        return _attempted(_samples(place, store), store, task, item)
    finally:
        store.engine.dispose()


def _attempted(samples: SampleStore, store: Store, task: Task, item: Item) -> Evaluation:
    return attempted(item.detector, item.series, lambda: work(samples, store, task, item))


def _samples(place: Place, store: Store) -> SampleStore:
    if not place.samples:
        return store
    from reinfra.store.backends import open_samples

    return open_samples(place.samples)


def _own(task: Task, item: Item) -> Task:
    """The task with the ids of this item only."""
    if not task.ids:
        return task
    return replace(task, ids={one.id: task.ids[one.id] for one in item.series})
