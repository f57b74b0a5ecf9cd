"""The scheduled batch of detectors: window by window up to the present, on record from its first moment."""

import os
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from reinfra import __version__
from reinfra.batch.coverage import watch
from reinfra.batch.passes import evaluated
from reinfra.batch.record import record
from reinfra.batch.reliance import reliances
from reinfra.batch.request import ALONE, EVERYTHING, KIND, PARTIAL, Report, Request, Stop, never
from reinfra.batch.tally import Tally, again, require_some, stale
from reinfra.batch.task import Task
from reinfra.batch.trial import (
    Trial,
    known_names,
    searched_series,
    searched_until,
    trial,
)
from reinfra.batch.windows import Plan, planned
from reinfra.batch.workers import Work
from reinfra.config import Settings
from reinfra.errors import ExitCode
from reinfra.model import Clock, IdSource, iso
from reinfra.progress import Progress, Step, silent
from reinfra.store import SampleStore, Store, Stored, heartbeats, runs
from reinfra.store.lock import only_one
from reinfra.store.schema import REVISIONS

__all__ = [
    "ALONE",
    "EVERYTHING",
    "KIND",
    "PARTIAL",
    "Report",
    "Request",
    "Trial",
    "detect",
    "trial",
]


def detect(  # noqa: PLR0913 - each can be left out but three
    store: Store,
    settings: Settings,
    request: Request,
    *,
    clock: Clock,
    ids: IdSource,
    progress: Progress = silent,
    samples: SampleStore | None = None,
    stop: Stop = never,
) -> Report:
    """Search what is complete and was not searched, and record what is found. Twice changes nothing.

    `samples` are read from there if they live elsewhere; what is found is recorded in `store`. Once `stop`
    says so, the pass under way is the last one, and the run ends with 3. A dry run
    waits for nobody and needs nothing writable.

    Raises LockedError while another run is under way, InputError for a detector nobody knows.
    """
    began = time.monotonic()
    if request.dry_run:
        tried = trial(store, settings, request, clock=clock, progress=progress, samples=samples)
        return _tried(tried, ids(), time.monotonic() - began)
    names = known_names(settings, request)
    with only_one(store.engine, KIND):
        where = samples or store
        series = searched_series(where, request)
        done = searched_until(store, clock())
        plan = planned(settings.detect, request, series, done, clock())
        run = _begun(store, request, names, plan, done, (ids(), clock()))
        job = _Job(store, where, settings, request, names, series, plan, run, clock, progress)
        return job.report(began, stop)


@dataclass(frozen=True, slots=True, eq=False)
class _Job:
    """A run under way."""

    store: Store
    where: SampleStore
    settings: Settings
    request: Request
    names: tuple[str, ...]
    series: list[Stored]
    plan: Plan
    run: runs.Run
    clock: Clock
    progress: Progress

    def report(self, began: float, stop: Stop) -> Report:
        tally = Tally()
        lacking = stale(self.series, self.clock(), self.settings.detect.stale)
        try:
            ended_early = self._search(tally, lacking, stop) or stop()
        except BaseException as error:
            self._end(ExitCode.FAILED, time.monotonic() - began, str(error) or type(error).__name__)
            raise
        all_stale = self.request.to_the_present and lacking == len(self.series)
        code = _code(tally, ended_early=ended_early, all_stale=all_stale)
        seconds = time.monotonic() - began
        note = self._note(code, ended_early=ended_early)
        self._end(code, seconds, "; ".join(tally.failures) or None)
        done = tally.done(len(self.series), lacking)
        reached = tally.until if ended_early and tally.until else self.plan.until
        return _report(self.run, replace(done, until=reached), tally, code, (seconds, note))

    def _search(self, tally: Tally, lacking: int, stop: Stop) -> bool:
        """Pass by pass; whether it was told to stop before the last one."""
        if not self.plan.passes:
            self.progress(Step("detect", 0, 0))
            return False
        task = self._task()
        for since, until in self.plan.passes:
            if stop():
                return True
            task = replace(task, window=self.plan.window(since, until), now=self.clock())
            work = Work(self.where, self.store, self.settings, task, self.run.id, self.clock)
            part = evaluated(work, self.names, self.series, self.request.crew, self.progress)
            require_some(part)
            if self._is_now(until):
                part.found |= watch(self.store, self.settings, self.series, until - 1)
            incidents = record(self.store, part, self.settings, until)
            windows = self.plan.windows(since, until)
            retried = again(part, until, self.clock())
            tally.add(part, incidents, until, windows, again=retried)
            with self.store.writing() as connection:
                runs.advance(connection, self.run.id, tally.done(len(self.series), lacking))
        return False

    def _task(self) -> Task:
        window = self.plan.window(self.plan.since, self.plan.until)
        task = Task(self.settings.detect, window, self.request.goes_on, False, self.clock())  # noqa: FBT003
        if self.where is self.store:
            return task
        here = self.store.register(self.series)
        return replace(task, ids={one.id: here[one.key] for one in self.series})

    def _is_now(self, until: int) -> bool:
        """Whether this pass comes to the present of everything that is here."""
        last = self.plan.reaches_present and until == self.plan.until
        here = self.where is self.store
        return last and here and self.request.whole and self.request.until is None

    def _note(self, code: ExitCode, *, ended_early: bool) -> str:
        if ended_early:
            return "told to stop; the next run goes on from where this one came to"
        if code is ExitCode.STALE:
            newest = max((one.last_at for one in self.series), default=None)
            last = (
                "there is no sample" if newest is None else f"the newest sample is of {iso(newest)}"
            )
            return f"the input is stale: {last}"
        return "" if self.plan.passes else "nothing new is complete"

    def _end(self, code: ExitCode, seconds: float, error: str | None) -> None:
        with self.store.writing() as connection:
            now = self.clock()
            runs.end(connection, self.run.id, now, code, seconds=seconds, error=error)
            if self.run.kind == KIND and code is not ExitCode.FAILED:
                heartbeats.beat(connection, KIND, now, every=self.request.every)


def _begun(
    store: Store,
    request: Request,
    names: tuple[str, ...],
    plan: Plan,
    done: int | None,
    named: tuple[str, int],
) -> runs.Run:
    """The run on record, from its first moment."""
    kind = KIND if request.whole and (done is None or plan.since <= done) else PARTIAL
    run = runs.Run(
        named[0],
        kind,
        named[1],
        plan.since,
        plan.until,
        __version__,
        socket.gethostname(),
        versions=runs.versions(REVISIONS[-1], _versions(names)),
        pid=os.getpid(),
    )
    with store.writing() as connection:
        runs.begin(connection, run)
    return run


def _versions(names: tuple[str, ...]) -> dict[str, int]:
    """Of the states of each detector, of all where none is named; 0 where it keeps none."""
    from detectors.registry import DETECTORS, detector
    from reinfra.batch.chosen import ON_SAMPLES

    made: Callable[[str], object] = lambda name: None if name in ON_SAMPLES else detector(name)  # noqa: E731
    return {name: int(getattr(made(name), "version", 0)) for name in names or DETECTORS}


def _code(tally: Tally, *, ended_early: bool, all_stale: bool) -> ExitCode:
    if ended_early or tally.failed:
        return ExitCode.PARTIAL
    return ExitCode.STALE if all_stale else ExitCode.OK


def _tried(tried: Trial, run_id: str, seconds: float) -> Report:
    plan, tally = tried.plan, Tally()
    tally.add(tried.evaluation, 0, plan.until, plan.windows(plan.since, plan.until))
    run = runs.Run(run_id, PARTIAL, 0, plan.since, plan.until, __version__, socket.gethostname())
    code = _code(tally, ended_early=False, all_stale=False)
    report = _report(run, tally.done(len(tried.series), 0), tally, code, (seconds, ""))
    return replace(report, dry_run=True)


def _report(
    run: runs.Run, done: runs.Done, tally: Tally, code: ExitCode, said: tuple[float, str]
) -> Report:
    return Report(
        run=run.id,
        since=run.since,
        until=run.until if done.until is None else done.until,
        series=done.series,
        scored=done.scored,
        warming=done.warming,
        anomalies=done.anomalies,
        incidents=done.incidents,
        dry_run=False,
        late=done.late,
        windows=done.windows,
        failed=done.failed,
        stale=done.stale,
        seconds=said[0],
        exit_code=code,
        note=said[1],
        failures=tally.failures,
        found=tuple(sorted(tally.found)),
        confidence=reliances(tally.confidence),
    )
