"""`reinfra detect`: the scheduled batch."""

from typing import TYPE_CHECKING, Annotated

import typer

from reinfra.cli.context import context

if TYPE_CHECKING:
    from reinfra.batch.detect import Report


def detect(  # noqa: PLR0913, PLR0917 - one argument for each option
    ctx: typer.Context,
    since: Annotated[
        str | None, typer.Option(help="Where to begin; where the search has come to by default.")
    ] = None,
    until: Annotated[
        str | None, typer.Option(help="Where to end; by default the last complete window's end.")
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option(help="Use only this detector. Repeatable.")
    ] = None,
    series: Annotated[str, typer.Option(help='Only these, as metric{label="value"}.')] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Find, and write nothing.")] = False,
    max_windows: Annotated[
        int | None, typer.Option(min=1, help="Search so many windows at most, and leave the rest.")
    ] = None,
    watch: Annotated[
        bool, typer.Option("--watch", help="Run whenever a window is complete, until stopped.")
    ] = False,
    workers: Annotated[
        int, typer.Option(min=1, max=256, help="Processes that work side by side.")
    ] = 1,
    dask: Annotated[
        str, typer.Option(help="Work on this Dask cluster, as tcp://host:8786.", metavar="ADDRESS")
    ] = "",
    share: Annotated[
        bool, typer.Option("--share", help="Let other hosts help (PostgreSQL).")
    ] = False,
    join: Annotated[
        bool, typer.Option("--join", help="Help with the run that is under way, and end with it.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Search complete windows for anomalies, open and resolve incidents, put alerts into the outbox."""
    from contextlib import ExitStack
    from functools import partial

    from reinfra.batch.after import After
    from reinfra.batch.again import Again, ran
    from reinfra.batch.check import check_settings
    from reinfra.batch.detect import Request
    from reinfra.batch.detect import detect as run
    from reinfra.batch.own import own
    from reinfra.batch.share import help_out
    from reinfra.batch.workers import Crew
    from reinfra.cli.output import write_json
    from reinfra.cli.progress import shown
    from reinfra.cli.times import instant
    from reinfra.cli.until_told import until_told
    from reinfra.errors import InputError
    from reinfra.model import random_id, system_clock
    from reinfra.store import Selector

    here = context(ctx)
    settings = here.settings()
    check_settings(settings, here.config)
    store = here.store(settings)
    if join:
        typer.echo(f"{help_out(store, system_clock)} parts of the run were done here")
        return
    if watch and (since or until or dry_run):
        raise InputError("it searches what becomes complete", where="--watch", todo="Leave it out.")
    now = system_clock()
    request = Request(
        instant(since, "--since", now),
        instant(until, "--until", now),
        tuple(only or ()),
        Selector.parse(series),
        dry_run,
        Crew(workers, dask, share),
        max_windows,
        settings.detect.window if watch else None,
    )
    stop = until_told()
    samples = here.samples(settings)

    def tell(report: "Report") -> None:
        if as_json:
            write_json(report, indent=None if watch else 2)
        else:
            _print(report)

    with ExitStack() as stack:
        progress = stack.enter_context(shown(quiet=watch))
        once = partial(
            run,
            store,
            settings,
            request,
            clock=system_clock,
            ids=random_id,
            progress=progress,
            samples=samples,
            stop=stop.is_set,
        )
        after = After(store, settings, request, system_clock, own(settings.export, stack))
        if watch:
            again = Again(settings.detect, once, tell, after, stop, system_clock)
            raise typer.Exit(again.forever())
        report = ran(once, after)
    tell(report)
    raise typer.Exit(report.exit_code)


def _print(report: "Report") -> None:
    from reinfra.cli.output import printable
    from reinfra.model import iso

    for at, reason in report.found if report.dry_run else ():
        typer.echo(printable(f"{iso(at)}  {reason}"))
    done = "found, nothing written" if report.dry_run else "recorded"
    typer.echo(
        f"{iso(report.since)} to {iso(report.until)}: {report.windows} windows, "
        f"{report.series} series, "
        f"{report.scored} judged, {report.warming} still warming up; "
        f"{report.anomalies} anomalies {done}, {report.incidents} incidents changed"
    )
    if report.late:
        typer.echo(
            f"{report.late} samples came after their time had been searched and were not judged"
        )
    if report.failed:
        typer.echo(f"{report.failed} series could not be searched, in part or at all:")
    for why in report.failures:
        typer.echo(printable(f"  {why}"))
    if report.note:
        typer.echo(printable(report.note))
