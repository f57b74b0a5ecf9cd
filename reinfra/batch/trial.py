"""A search that writes nothing and waits for nobody."""

from dataclasses import dataclass

from reinfra.batch.acquire import Window
from reinfra.batch.evaluate import Evaluation
from reinfra.batch.passes import evaluated
from reinfra.batch.request import KIND, Request
from reinfra.batch.task import Task
from reinfra.batch.windows import Plan, planned
from reinfra.batch.workers import Work
from reinfra.config import Settings
from reinfra.coverage.drops import RATIO
from reinfra.errors import InputError
from reinfra.model import Clock
from reinfra.progress import Progress, silent
from reinfra.store import SampleStore, Store, Stored, runs


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """What a search came to that wrote nothing; findings are by the series' ids where samples live."""

    window: Window
    series: list[Stored]
    evaluation: Evaluation
    plan: Plan


def trial(
    store: Store,
    settings: Settings,
    request: Request,
    *,
    clock: Clock,
    progress: Progress = silent,
    samples: SampleStore | None = None,
) -> Trial:
    """Search one window, all in one pass, as `detect` does."""
    names = known_names(settings, request)
    where = samples or store
    series = searched_series(where, request)
    plan = planned(settings.detect, request, series, searched_until(store, clock()), clock())
    window = plan.window(plan.since, plan.until)
    if not plan.passes:
        return Trial(window, series, Evaluation(), plan)
    task = Task(settings.detect, window, request.goes_on, dry_run=True, now=clock())
    work = Work(where, store, settings, task, "", clock)
    return Trial(window, series, evaluated(work, names, series, request.crew, progress), plan)


def known_names(settings: Settings, request: Request) -> tuple[str, ...]:
    """The detectors that look at everything; none where each series gets what suits it.

    Raises InputError for one that nobody knows, before anything is read.
    """
    from detectors.registry import detector
    from reinfra.batch.chosen import ON_SAMPLES

    if request.max_windows is not None and request.max_windows < 1:
        raise InputError("at least one window must be searched", where="--max-windows")
    names = request.only or settings.detect.detectors
    overridden = (name for one in settings.detect.override for name in one.detectors or ())
    for name in (*names, *overridden):
        if name not in ON_SAMPLES:
            detector(name)
    return names


def searched_series(where: SampleStore, request: Request) -> list[Stored]:
    """Those that were asked for; how much is covered is watched apart."""
    return [one for one in where.series(request.selector) if one.key.metric != RATIO]


def searched_until(store: Store, now: int) -> int | None:
    """Where the search of everything has come to."""
    with store.reading() as connection:
        return runs.completed_until(connection, KIND, now)
