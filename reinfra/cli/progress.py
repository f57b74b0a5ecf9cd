"""Progress on stderr: a bar where a person watches, a log line per stage where nobody does."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from reinfra.progress import Progress, Step


@contextmanager
def shown(*, quiet: bool = False) -> Iterator[Progress]:
    """A callable that long work reports its steps to."""
    if quiet:
        yield lambda _step: None
    elif sys.stderr.isatty():
        with _bars() as bars:
            yield bars
    else:
        import structlog

        log = structlog.get_logger()
        yield lambda step: log.info(step.stage, done=step.done, of=step.of) if step.ends else None


@contextmanager
def _bars() -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, TaskID, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    tasks: dict[str, TaskID] = {}
    columns = TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:

        def show(step: Step) -> None:
            if step.stage not in tasks:
                tasks[step.stage] = bars.add_task(step.stage, total=step.of)
            bars.update(tasks[step.stage], completed=step.done, total=step.of)

        yield show
