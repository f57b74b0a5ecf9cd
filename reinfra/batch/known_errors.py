"""Errors whose class says how bad they are, on samples as they came."""

import numpy as np

from detectors.choice_rules import CLASSES
from detectors.error_classes import ErrorClasses
from reinfra.batch.continued import merged
from reinfra.batch.evaluate import Evaluation
from reinfra.batch.openings import latest
from reinfra.batch.task import Task
from reinfra.model import HOUR, SECOND, Batch
from reinfra.store import SampleStore, Store, Stored

_AGAIN = 30 * 60 * SECOND
"""So far back what was found is found again, for samples that came late."""

_BEFORE = 3 * HOUR
"""So far back a sample is looked for that a counter's increase is told from."""


def known_errors(
    samples: SampleStore, store: Store, task: Task, series: list[Stored], into: Evaluation
) -> None:
    """Find errors in samples that came since the last run; ids are those where samples live."""
    window, quiet = task.window, round(task.settings.quiet * SECOND)
    since = window.since - _AGAIN if task.goes_on else window.since
    new = [one for one in series if one.last_at >= window.since]
    read = samples.samples(new, since - _BEFORE, window.until)
    rows = zip(read.keys, read.at, read.value, strict=True)
    parts = []
    for key, at, value in rows:
        first = max(int(np.searchsorted(at, since)) - 1, 0)  # with the one before
        parts.append(Batch.of_series(key, at[first:], value[first:]))
    if not parts:
        return
    mine = Evaluation()
    mine.add(new, ErrorClasses(quiet).find(Batch.concat(parts)), since)
    ids = {task.ids.get(one.id, one.id): one.id for one in new}
    known = latest(store, task, CLASSES, since - quiet)
    before = {ids[id_]: one for id_, one in known.items() if id_ in ids}
    into.found |= merged(before, mine.found, quiet)
