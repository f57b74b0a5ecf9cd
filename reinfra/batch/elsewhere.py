"""A part of a run in a process, here or on another host, that has opened nothing yet."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from reinfra.batch.attempt import attempted
from reinfra.batch.evaluate import Evaluation
from reinfra.batch.items import Item
from reinfra.batch.task import Task
from reinfra.batch.work import work
from reinfra.store import SampleStore, Store, open_store


@dataclass(frozen=True, slots=True)
class Place:
    """What another process needs to open the same stores; with their secrets, so for this host only."""

    url: str
    samples: str


def elsewhere(place: Place, task: Task, item: Item) -> Evaluation:
    """Work on an item."""
    store = open_store(place.url)
    try:
        return tried(_samples(place, store), store, task, item)
    finally:
        store.engine.dispose()


def tried(samples: SampleStore, store: Store, task: Task, item: Item) -> Evaluation:
    """What the item comes to, or for which series it failed and why."""
    return attempted(item.detector, item.series, lambda: work(samples, store, task, item))


def own(task: Task, item: Item) -> Task:
    """The task with the ids of this item only."""
    if not task.ids:
        return task
    return replace(task, ids={one.id: task.ids[one.id] for one in item.series})


def largest(items: Sequence[Item]) -> list[Item]:
    """What takes longest first."""
    return sorted(items, key=lambda item: -len(item.series))


def _samples(place: Place, store: Store) -> SampleStore:
    if not place.samples:
        return store
    from reinfra.store.backends import open_samples

    return open_samples(place.samples)
