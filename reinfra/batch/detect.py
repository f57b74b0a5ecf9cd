"""The scheduled batch of detectors: one run over one window, on record from its first moment."""

import socket
from dataclasses import dataclass, replace

from reinfra import __version__
from reinfra.batch.acquire import Window, live
from reinfra.batch.coverage import watch
from reinfra.batch.evaluate import Evaluation
from reinfra.batch.items import items
from reinfra.batch.record import record
from reinfra.batch.silence import STALENESS, silences
from reinfra.batch.work import Task
from reinfra.batch.workers import Crew, Work, run_all
from reinfra.config import Settings
from reinfra.coverage.drops import RATIO
from reinfra.errors import ExitCode, InputError, ReinfraError
from reinfra.model import DAY, SECOND, Clock, IdSource, iso
from reinfra.progress import Progress, silent
from reinfra.store import SampleStore, Selector, Store, Stored, runs
from reinfra.store.lock import only_one

KIND, PARTIAL = "detect", "detect, in part"
"""Only a run over everything that leaves no gap behind moves where the next one begins."""

EVERYTHING = Selector()
ALONE = Crew()


@dataclass(frozen=True, slots=True)
class Request:
    """What a run is asked for. None means: from where the last run stopped, and until now."""

    since: int | None = None
    until: int | None = None
    only: tuple[str, ...] = ()
    selector: Selector = EVERYTHING
    dry_run: bool = False
    crew: Crew = ALONE


@dataclass(frozen=True, slots=True)
class Report:
    """What a run did. `warming` series have too little history to be judged by their values.

    `late` samples came after their time had been searched: they were learned from at most.
    """

    run: str
    since: int
    until: int
    series: int
    scored: int
    warming: int
    anomalies: int
    incidents: int
    dry_run: bool
    late: int = 0
    found: tuple[tuple[int, str], ...] = ()


def detect(
    store: Store,
    settings: Settings,
    request: Request,
    *,
    clock: Clock,
    ids: IdSource,
    progress: Progress = silent,
    samples: SampleStore | None = None,
) -> Report:
    """Search one window and record what is found. The same search again changes nothing.

    `samples` are read from there if they live elsewhere; what is found is recorded in `store`.

    A dry run waits for nobody and needs nothing writable.

    Raises LockedError while another run is under way, InputError for a detector nobody knows.
    """
    if request.dry_run:
        tried = trial(store, settings, request, clock=clock, progress=progress, samples=samples)
        run = runs.Run(
            ids(),
            PARTIAL,
            clock(),
            tried.window.since,
            tried.window.until,
            __version__,
            socket.gethostname(),
        )
        return _report(run, tried.series, tried.evaluation, 0, request)
    names = _names(settings, request)
    where = samples or store
    with only_one(store.engine, KIND):
        series = [one for one in where.series(request.selector) if one.key.metric != RATIO]
        done = _done(store)
        window = _window(settings, request, series, done, clock())
        whole = not request.only and request.selector == EVERYTHING
        kind = KIND if whole and (done is None or window.since <= done) else PARTIAL
        run = runs.Run(
            ids(), kind, clock(), window.since, window.until, __version__, socket.gethostname()
        )
        task = Task(settings.detect, window, _goes_on(request), request.dry_run, clock())
        with store.writing() as connection:
            runs.begin(connection, run)
        try:
            if samples is not None:
                task = replace(task, ids=_registered(store, series))
            evaluation = _evaluate(
                Work(where, store, settings, task, run.id, clock),
                names,
                series,
                request.crew,
                progress,
            )
            if samples is None and whole and request.until is None:
                evaluation.found |= watch(store, settings, series, window.until - 1)
            incidents = record(store, evaluation, settings, window.until)
        except ReinfraError as error:
            with store.writing() as connection:
                runs.end(connection, run.id, clock(), ExitCode.FAILED, error=str(error))
            raise
        with store.writing() as connection:
            found = evaluation.anomalies
            runs.end(connection, run.id, clock(), ExitCode.OK, series=len(series), anomalies=found)
        return _report(run, series, evaluation, incidents, request)


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """What a search came to that wrote nothing; findings are by the series' ids where samples live."""

    window: Window
    series: list[Stored]
    evaluation: Evaluation


def trial(
    store: Store,
    settings: Settings,
    request: Request,
    *,
    clock: Clock,
    progress: Progress = silent,
    samples: SampleStore | None = None,
) -> Trial:
    """Search one window as `detect` does and write nothing. It waits for nobody."""
    names = _names(settings, request)
    where = samples or store
    series = [one for one in where.series(request.selector) if one.key.metric != RATIO]
    window = _window(settings, request, series, _done(store), clock())
    task = Task(settings.detect, window, _goes_on(request), dry_run=True, now=clock())
    work = Work(where, store, settings, task, "", clock)
    return Trial(window, series, _evaluate(work, names, series, request.crew, progress))


def _names(settings: Settings, request: Request) -> tuple[str, ...]:
    from detectors.registry import detector

    names = request.only or settings.detect.detectors
    for name in names:
        if name != STALENESS:
            detector(name)  # an unknown one is refused before anything is read
    return names


def _done(store: Store) -> int | None:
    with store.reading() as connection:
        return runs.completed_until(connection, KIND)


def _window(
    settings: Settings, request: Request, series: list[Stored], done: int | None, now: int
) -> Window:
    """What to search. Nothing is searched beyond the present: what has not come yet is not missing."""
    until = now + 1 if request.until is None else min(request.until, now + 1)
    earliest = min((one.first_at for one in series), default=until - 1)
    since = next(each for each in (request.since, done, earliest) if each is not None)
    if since >= until:
        why = f"it begins at {iso(since)} and ends at {iso(until)}"
        raise InputError("the window is empty", why=why, todo="Check --since and --until.")
    return Window(max(earliest, since - round(settings.detect.history * DAY)), since, until)


def _goes_on(request: Request) -> bool:
    """A search of a chosen window, or of chosen series, begins anew and leaves the states as they are."""
    return request.since is None and request.selector == EVERYTHING


def _registered(store: Store, series: list[Stored]) -> dict[int, int]:
    """The ids here of series that live elsewhere."""
    here = store.register(series)
    return {one.id: here[one.key] for one in series}


def _evaluate(
    one: Work,
    names: tuple[str, ...],
    series: list[Stored],
    crew: Crew,
    progress: Progress,
) -> Evaluation:
    task, window = one.task, one.task.window
    scoring = [name for name in names if name != STALENESS]
    parts = items(scoring, live(series, window), round(task.settings.step * SECOND))
    evaluation = run_all(one, parts, crew, progress)
    if STALENESS in names:
        found = Evaluation()
        now = window.until - 1
        silences(one.samples, series, window, now, found, goes_on=task.goes_on)
        found.found = {task.ids.get(id_, id_): many for id_, many in found.found.items()}
        evaluation.merge(found)
    return evaluation


def _report(
    run: runs.Run, series: list[Stored], evaluation: Evaluation, incidents: int, request: Request
) -> Report:
    reasons = ((one.since, one.reason) for many in evaluation.found.values() for one in many)
    return Report(
        run.id,
        run.since,
        run.until,
        len(series),
        len(evaluation.scored),
        len(evaluation.warming - evaluation.scored),
        evaluation.anomalies,
        incidents,
        request.dry_run,
        evaluation.late,
        tuple(sorted(reasons)),
    )
