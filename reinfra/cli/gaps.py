"""`reinfra gaps`: purpose-built against adapted infrastructure."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reinfra.cli.later import not_built

if TYPE_CHECKING:
    from reinfra.cli.gaps_fleet import LiveAsked

FLEET = 'an instance type, a class, or {label="value"}.'
app = typer.Typer(help="Purpose-built against adapted infrastructure.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def compare(  # noqa: PLR0913, PLR0917 - one parameter per option
    ctx: typer.Context,
    file: Annotated[
        Path | None, typer.Argument(help="FMBench results; the recorded runs by default.")
    ] = None,
    runs: Annotated[
        list[Path] | None,
        typer.Option(help="FMBench results (all_metrics.csv), plain or gzipped. Repeatable."),
    ] = None,
    candidate: Annotated[
        str, typer.Option(help="Instance type, experiment or endpoint, such as inf2.48xlarge.")
    ] = "",
    baseline: Annotated[str, typer.Option(help="The other side, such as g5.48xlarge.")] = "",
    prices: Annotated[
        Path | None, typer.Option(help="Prices: instance_type, usd_per_hour, source.")
    ] = None,
    slo: Annotated[
        float | None, typer.Option(help="Seconds within which an answer counts as good.")
    ] = None,
    fleet: Annotated[
        str, typer.Option(help=f"Candidate among live series: {FLEET} --baseline is the other.")
    ] = "",
    measure: Annotated[
        list[str] | None, typer.Option(help="Of live fleets, only this one. Repeatable.")
    ] = None,
    since: Annotated[str, typer.Option(help="Live series from here on.")] = "7d",
    until: Annotated[str | None, typer.Option(help="Up to here; now by default.")] = None,
    these: Annotated[
        bool, typer.Option("--these", help="Judge exactly these nodes, not their kind.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Compare two instance types or two live fleets, with intervals, or say why that cannot be done."""
    if fleet:
        from reinfra.cli.gaps_fleet import LiveAsked, Window

        names = tuple(measure or ())
        asked = LiveAsked(fleet, baseline, names, Window(since, until), prices, these)
        _live(ctx, asked, as_json=as_json)
        return
    from reinfra.cli.gaps_runs import Asked, between, recorded
    from reinfra.cli.output import printable, write_json
    from reinfra.gaps.scorecard import to_json
    from reinfra.gaps.text import lines

    files = (*(runs or ()), *([file] if file else ()))
    if not files:
        found, said = recorded(), None
    else:
        one, said = between(Asked(files, candidate, baseline, prices, slo))
        found = [one]
    if as_json:
        write_json(said if runs else [to_json(each) for each in found])
        return
    for each in found:
        typer.echo("\n".join(map(printable, lines(each))) + "\n")
    typer.echo("An association in these runs, not a cause.")


@app.command()
def report() -> None:
    """Write a scorecard of the whole fleet (not built yet)."""
    not_built("gaps report", "`reinfra gaps compare` compares two instance types.")


@app.command()
def whatif() -> None:
    """Show what moving traffic would save (not built yet)."""
    not_built("gaps whatif", "`reinfra gaps compare` shows the cost per token of both sides.")


@app.command()
def catalogue() -> None:
    """Show and edit the hardware catalogue (not built yet)."""
    not_built("gaps catalogue", "It lies in reinfra/gaps/catalogue/.")


@app.command()
def selftest(
    ctx: typer.Context,
    fleet: Annotated[str, typer.Option(help=f"{FLEET} All nodes by default.")] = "",
    measure: Annotated[str, typer.Option(help="What is compared.")] = "busy",
    since: Annotated[str, typer.Option(help="From here on.")] = "7d",
    until: Annotated[str | None, typer.Option(help="Up to here; now by default.")] = None,
    splits: Annotated[int, typer.Option(min=20, max=10_000, help="How often to split.")] = 200,
    as_json: Json = False,
) -> None:
    """Compare random halves of one's own fleet, whose true gap is zero: does the interval hold here?"""
    from reinfra.cli.context import context
    from reinfra.cli.gaps_fleet import Window, tested
    from reinfra.cli.output import printable, write_json
    from reinfra.gaps.live_text import self_test_line

    here = context(ctx)
    settings = here.settings()
    store = here.store(settings)
    samples = here.samples(settings) or store
    found = tested(store, samples, fleet, measure, Window(since, until), splits)
    if as_json:
        write_json(found)
    else:
        typer.echo(printable(self_test_line(found)))


def _live(ctx: typer.Context, asked: "LiveAsked", *, as_json: bool) -> None:
    from reinfra.cli.context import context
    from reinfra.cli.gaps_fleet import live_gaps
    from reinfra.cli.output import write_json, write_table
    from reinfra.gaps.live_text import COLUMNS, row

    here = context(ctx)
    settings = here.settings()
    store = here.store(settings)
    found = live_gaps(store, here.samples(settings) or store, asked)
    if as_json:
        write_json(found)
        return
    write_table(COLUMNS, map(row, found))
    typer.echo("An association in this window, not a cause.")
