"""`reinfra gaps`: purpose-built against adapted infrastructure."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reinfra.cli import gaps_catalogue
from reinfra.errors import InputError

if TYPE_CHECKING:
    from reinfra.cli.gaps_fleet import LiveAsked

FLEET = 'an instance type, a class, or {label="value"}.'
app = typer.Typer(help="Purpose-built against adapted infrastructure.", no_args_is_help=True)
app.add_typer(gaps_catalogue.app, name="catalogue")
Candidate = Annotated[
    str, typer.Option(help="Instance type, experiment or endpoint, such as inf2.48xlarge.")
]
Baseline = Annotated[str, typer.Option(help="The other side, such as g5.48xlarge.")]
Prices = Annotated[Path | None, typer.Option(help="Prices: instance_type, usd_per_hour, source.")]
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
    candidate: Candidate = "",
    baseline: Baseline = "",
    prices: Prices = None,
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
    record: Annotated[
        bool,
        typer.Option(
            "--record", help="Write the gaps of live fleets as series, for a nightly job."
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Compare two instance types or two live fleets, with intervals, or say why that cannot be done."""
    if fleet:
        from reinfra.cli.gaps_fleet import LiveAsked, Window

        names = tuple(measure or ())
        asked = LiveAsked(
            fleet,
            baseline,
            names,
            Window(since, until),
            prices,
            these,
            gaps_catalogue.edits_file(ctx),
        )
        _live(ctx, asked, record=record, as_json=as_json)
        return
    from reinfra.cli.gaps_runs import Asked, between, recorded
    from reinfra.cli.output import printable, write_json
    from reinfra.gaps.scorecard import to_json
    from reinfra.gaps.text import lines

    files = (*(runs or ()), *([file] if file else ()))
    if not files:
        found, said = recorded(), None
    else:
        one, said = between(
            Asked(files, candidate, baseline, prices, slo, gaps_catalogue.edits_file(ctx))
        )
        found = [one]
    if as_json:
        write_json(said if runs else [to_json(each) for each in found])
        return
    for each in found:
        typer.echo("\n".join(map(printable, lines(each))) + "\n")
    typer.echo("An association in these runs, not a cause.")


@app.command()
def report(
    ctx: typer.Context,
    runs: Annotated[
        list[Path] | None, typer.Option(help="FMBench results; the recorded runs by default.")
    ] = None,
    candidate: Candidate = "",
    baseline: Baseline = "",
    prices: Prices = None,
    form: Annotated[str, typer.Option("--format", help="md or html.")] = "md",
    out: Annotated[Path | None, typer.Option(help="Write into this file.")] = None,
) -> None:
    """Write comparisons as Markdown, or as one HTML page with plots that prints as a PDF."""
    from reinfra.cli.gaps_runs import Asked, between, recorded
    from reinfra.gaps.report import markdown, page

    writers = {"md": markdown, "html": page}
    if form not in writers:
        raise InputError(f"no format {form[:20]!r}", where="--format", todo="Say md or html.")
    if runs:
        asked = Asked(
            tuple(runs), candidate, baseline, prices, None, gaps_catalogue.edits_file(ctx)
        )
        found = [between(asked)[0]]
    else:
        found = recorded()
    _write(writers[form](found), out)


def _write(text: str, out: Path | None) -> None:
    if out is None:
        typer.echo(text, nl=False)
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError("cannot write the report", where=str(out), why=str(error)) from error


@app.command()
def whatif(  # noqa: PLR0913, PLR0917 - one parameter per option
    ctx: typer.Context,
    runs: Annotated[list[Path] | None, typer.Option(help="FMBench results. Repeatable.")] = None,
    candidate: Candidate = "",
    baseline: Baseline = "",
    prices: Prices = None,
    move: Annotated[float, typer.Option(min=0.001, max=100, help="Percent of the workload.")] = 100,
    tokens: Annotated[
        float, typer.Option(min=1, help="Output tokens of the whole workload in a month.")
    ] = 1e9,
    instances: Annotated[
        int | None, typer.Option(min=1, help="Candidate instances that can be had.")
    ] = None,
    utilization: Annotated[
        float, typer.Option(help="How loaded the candidate may be, 0 to 1.")
    ] = 0.8,
    baseline_utilization: Annotated[
        float, typer.Option(help="How loaded the baseline is, 0 to 1.")
    ] = 0.8,
    migration_cost: Annotated[float, typer.Option(min=0, help="US dollars, once.")] = 0.0,
    as_json: Json = False,
) -> None:
    """Show what moving a share of a workload would save, up to which capacity, and when it pays."""
    from reinfra.cli.gaps_runs import Asked, between
    from reinfra.cli.output import printable, write_json
    from reinfra.gaps.scorecard import Refusal
    from reinfra.gaps.whatif import Plan, what_if
    from reinfra.gaps.whatif_text import lines

    plan = Plan(move / 100, tokens, instances, utilization, baseline_utilization, migration_cost)
    if not runs:
        raise InputError("no measured runs", todo="Add --runs FILE.csv, --candidate, --baseline.")
    asked = Asked(tuple(runs), candidate, baseline, prices, None, gaps_catalogue.edits_file(ctx))
    card, _ = between(asked)
    if isinstance(card, Refusal):
        raise InputError("the sides cannot be compared", why="; ".join(card.reasons))
    found = what_if(card, plan)
    if as_json:
        write_json({"title": card.title, "whatif": found, "plan": plan})
    else:
        typer.echo("\n".join(map(printable, lines(card, found))))


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


def _live(ctx: typer.Context, asked: "LiveAsked", *, record: bool, as_json: bool) -> None:
    from reinfra.batch import gap_record
    from reinfra.cli.context import context
    from reinfra.cli.gaps_fleet import live_gaps
    from reinfra.cli.output import write_json, write_table
    from reinfra.gaps.live_text import COLUMNS, row

    here = context(ctx)
    settings = here.settings()
    store = here.store(settings)
    samples = here.samples(settings) or store
    found, at = live_gaps(store, samples, asked)
    if record:
        gap_record.record(samples, found, at)
    if as_json:
        write_json(found)
        return
    write_table(COLUMNS, map(row, found))
    typer.echo("An association in this window, not a cause.")
