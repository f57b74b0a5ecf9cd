"""`reinfra backtest`: replay history, compare settings, plant faults."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reinfra.cli.context import context

if TYPE_CHECKING:
    from reinfra.backtest.compare import Comparison
    from reinfra.store import Store


def backtest(  # noqa: PLR0913, PLR0917 - one parameter per option
    ctx: typer.Context,
    since: Annotated[
        str | None,
        typer.Option(help="Where to begin; by default three days after the first sample."),
    ] = None,
    until: Annotated[str | None, typer.Option(help="Where to end; now by default.")] = None,
    series: Annotated[str, typer.Option(help='Only these, as metric{label="value"}.')] = "",
    detectors: Annotated[
        str, typer.Option(help="Compare with these detectors, names with commas between.")
    ] = "",
    setting: Annotated[
        list[str] | None,
        typer.Option(
            help="Compare with another setting of detection, such as detect.false_alarms=0.1. Repeatable.",
            metavar="KEY=VALUE",
        ),
    ] = None,
    labels: Annotated[
        Path | None,
        typer.Option(help="CSV of what was wrong: series (or selector), since, until."),
    ] = None,
    workers: Annotated[
        int, typer.Option(min=1, max=256, help="Processes that work side by side.")
    ] = 1,
    list_: Annotated[bool, typer.Option("--list", help="Show the backtests on record.")] = False,
    out: Annotated[
        Path | None, typer.Option(help="Write figures and alerts into this folder.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Replay history through the detectors, without writing findings, and compare settings."""
    from reinfra.backtest.compare import compare
    from reinfra.backtest.labels import read_labels
    from reinfra.backtest.proposal import Proposal, assignments, digest
    from reinfra.backtest.record import Ledger, write_folder
    from reinfra.backtest.replay import Place, Span, span_of
    from reinfra.batch.check import check_settings
    from reinfra.batch.workers import Crew
    from reinfra.cli.progress import shown
    from reinfra.cli.times import instant
    from reinfra.model import random_id, system_clock
    from reinfra.store import Selector

    here = context(ctx)
    settings = here.settings()
    store = here.store(settings)
    if list_:
        _list(store, as_json=as_json)
        return
    proposal = Proposal.of(settings, assignments(setting or (), detectors))
    check_settings(settings, here.config)
    check_settings(proposal.settings, here.config)
    now = system_clock()
    place = Place(
        store, system_clock, here.samples(settings), Crew(workers), Selector.parse(series)
    )
    span = span_of(place, instant(since, "--since", now), instant(until, "--until", now))
    known = read_labels(labels) if labels else ()
    with shown() as progress:
        made, replays = compare(place, settings, proposal, span, known, progress)
    kept = Ledger(store, system_clock, random_id).keep(
        "compare", Span(made.since, made.until), digest(proposal.settings), made
    )
    if out is not None:
        write_folder(out, kept, zip((one.name for one in made.sides), replays, strict=True))
    _show(made, as_json=as_json)


def _show(made: "Comparison", *, as_json: bool) -> None:
    from reinfra.backtest.lines import COLUMNS, rows, said
    from reinfra.cli.output import printable, write_json, write_table

    if as_json:
        write_json(made)
        return
    for line in said(made):
        typer.echo(printable(line))
    write_table(COLUMNS[: 1 + len(made.sides)], rows(made))


def _list(store: "Store", *, as_json: bool) -> None:
    from reinfra.backtest.lines import listed
    from reinfra.cli.output import write_json, write_table
    from reinfra.store import backtests

    with store.reading() as connection:
        found = backtests.listing(connection)
    if as_json:
        write_json(found)
    elif not found:
        typer.echo("No backtest is on record.")
    else:
        write_table(("id", "at", "kind", "range", "settings", "outcome"), listed(found))
