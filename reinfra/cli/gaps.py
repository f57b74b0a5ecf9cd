"""`reinfra gaps`: purpose-built against adapted infrastructure."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reinfra.cli.later import not_built
from reinfra.errors import InputError

if TYPE_CHECKING:
    from reinfra.gaps.scorecard import Refusal, Scorecard

app = typer.Typer(help="Purpose-built against adapted infrastructure.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def compare(
    file: Annotated[
        Path | None, typer.Argument(help="FMBench results; the recorded runs by default.")
    ] = None,
    candidate: Annotated[str, typer.Option(help="Instance type, such as inf2.48xlarge.")] = "",
    baseline: Annotated[str, typer.Option(help="Instance type, such as g5.48xlarge.")] = "",
    prices: Annotated[
        Path | None, typer.Option(help="Prices: instance_type, usd_per_hour, source.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Compare two instance types on the same work, with intervals, or say why that cannot be done."""
    from reinfra.cli.output import write_json
    from reinfra.gaps.scorecard import to_json
    from reinfra.gaps.text import lines

    found = _recorded() if file is None else [_between(file, candidate, baseline, prices)]
    if as_json:
        write_json([to_json(each) for each in found])
        return
    for each in found:
        typer.echo("\n".join(lines(each)) + "\n")
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


def _recorded() -> "list[Scorecard | Refusal]":
    import numpy as np

    from reinfra.demo.folder import data_folder
    from reinfra.gaps.recorded import compare_recorded
    from reinfra.model.randomness import SEED

    return compare_recorded(data_folder() / "fmbench", np.random.default_rng(SEED))


def _between(
    file: Path, candidate: str, baseline: str, prices: Path | None
) -> "Scorecard | Refusal":
    import numpy as np

    from reinfra.demo.folder import data_folder
    from reinfra.gaps.compare import Setting, compare
    from reinfra.gaps.fmbench import read_fmbench
    from reinfra.gaps.prices import read_prices
    from reinfra.model.randomness import SEED

    if not (candidate and baseline):
        raise InputError("name both sides", todo="Add --candidate and --baseline.")
    runs = read_fmbench(file)
    how = Setting(read_prices(prices or data_folder() / "fmbench" / "prices.csv.gz"))
    return compare(runs.of(candidate), runs.of(baseline), how, np.random.default_rng(SEED))
