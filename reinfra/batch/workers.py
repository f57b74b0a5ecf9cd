"""The items of a run one after another, or side by side in processes. Either way the same is found."""

import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace

from reinfra.batch.evaluate import Evaluation
from reinfra.batch.items import Item
from reinfra.batch.work import Task, work
from reinfra.config import Settings
from reinfra.progress import Progress, Step
from reinfra.store import SampleStore, Store, open_store


@dataclass(frozen=True, slots=True, eq=False)
class Work:
    """Where a run reads and writes, and what its items share."""

    samples: SampleStore
    store: Store
    settings: Settings
    task: Task


@dataclass(frozen=True, slots=True)
class Place:
    """What another process needs to open the same stores."""

    url: str
    samples: str

    @classmethod
    def of(cls, one: Work) -> "Place":
        elsewhere = one.settings.database.samples if one.samples is not one.store else ""
        return cls(one.store.engine.url.render_as_string(hide_password=False), elsewhere)


def run_all(one: Work, items: Sequence[Item], workers: int, progress: Progress) -> Evaluation:
    """Work on every item, in `workers` processes if that is more than one."""
    found, done = Evaluation(), 0
    total = sum(len(item.series) for item in items)
    several = workers > 1 and len(items) > 1
    for item, part in _side_by_side(one, items, workers) if several else _in_turn(one, items):
        found.merge(part)
        done += len(item.series)
        progress(Step("detect", done, total))
    return found


def _in_turn(one: Work, items: Sequence[Item]) -> Iterator[tuple[Item, Evaluation]]:
    for item in items:
        yield item, work(one.samples, one.store, one.task, item)


def _side_by_side(
    one: Work, items: Sequence[Item], workers: int
) -> Iterator[tuple[Item, Evaluation]]:
    place = Place.of(one)
    fresh = multiprocessing.get_context("spawn")  # a fork would share connections and threads
    with ProcessPoolExecutor(min(workers, len(items)), fresh) as pool:
        running = {
            pool.submit(elsewhere, place, _own(one.task, item), item): item
            for item in sorted(items, key=lambda item: -len(item.series))
        }
        for future in as_completed(running):
            yield running[future], future.result()


def elsewhere(place: Place, task: Task, item: Item) -> Evaluation:
    """Work on an item in a process that has opened nothing yet."""
    store = open_store(place.url)
    try:
        return work(_samples(place, store), store, task, item)
    finally:
        store.engine.dispose()


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
