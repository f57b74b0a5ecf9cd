"""`reinfra detect`: the scheduled batch."""

from typing import TYPE_CHECKING, Annotated

import typer

from reinfra.cli.context import context

if TYPE_CHECKING:
    from reinfra.batch.detect import Report


def detect(  # noqa: PLR0913, PLR0917 - one argument for each option
    ctx: typer.Context,
    since: Annotated[
        str | None, typer.Option(help="Where to begin; where the last run stopped by default.")
    ] = None,
    until: Annotated[str | None, typer.Option(help="Where to end; now by default.")] = None,
    only: Annotated[
        list[str] | None, typer.Option(help="Use only this detector. Repeatable.")
    ] = None,
    series: Annotated[str, typer.Option(help='Only these, as metric{label="value"}.')] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Find, and write nothing.")] = False,
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
    """Search new samples for anomalies, open and resolve incidents, put alerts into the outbox."""
    from reinfra.batch.check import check_settings
    from reinfra.batch.detect import Request
    from reinfra.batch.detect import detect as run
    from reinfra.batch.share import help_out
    from reinfra.batch.workers import Crew
    from reinfra.cli.output import write_json
    from reinfra.cli.progress import shown
    from reinfra.cli.times import instant
    from reinfra.model import random_id, system_clock
    from reinfra.store import Selector

    here = context(ctx)
    settings = here.settings()
    check_settings(settings, here.config)
    if join:
        typer.echo(
            f"{help_out(here.store(settings), system_clock)} parts of the run were done here"
        )
        return
    now = system_clock()
    request = Request(
        instant(since, "--since", now),
        instant(until, "--until", now),
        tuple(only or ()),
        Selector.parse(series),
        dry_run,
        Crew(workers, dask, share),
    )
    with shown() as progress:
        report = run(
            here.store(settings),
            settings,
            request,
            clock=system_clock,
            ids=random_id,
            progress=progress,
            samples=here.samples(settings),
        )
    if as_json:
        write_json(report)
    else:
        _print(report)


def _print(report: "Report") -> None:
    from reinfra.cli.output import printable
    from reinfra.model import iso

    for at, reason in report.found if report.dry_run else ():
        typer.echo(printable(f"{iso(at)}  {reason}"))
    done = "found, nothing written" if report.dry_run else "recorded"
    typer.echo(
        f"{iso(report.since)} to {iso(report.until)}: {report.series} series, "
        f"{report.scored} judged, {report.warming} still warming up; "
        f"{report.anomalies} anomalies {done}, {report.incidents} incidents changed"
    )
    if report.late:
        typer.echo(
            f"{report.late} samples came after their time had been searched and were not judged"
        )
