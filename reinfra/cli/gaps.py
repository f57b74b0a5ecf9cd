"""`reinfra gaps`: purpose-built against adapted infrastructure."""

from pathlib import Path
from typing import Annotated

import typer

from reinfra.cli.later import not_built

app = typer.Typer(help="Purpose-built against adapted infrastructure.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def compare(
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
    as_json: Json = False,
) -> None:
    """Compare two instance types on the same work, with intervals, or say why that cannot be done."""
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
def selftest() -> None:
    """Compare a fleet with itself, where the true gap is zero (not built yet)."""
    not_built("gaps selftest", "It needs a live fleet's series.")
