"""The `reinfra` command: which commands there are, and what its errors look like."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from reinfra.cli import (
    alerts,
    backtest,
    collect,
    dashboard,
    db,
    demo,
    detect,
    doctor,
    gaps,
    inventory,
    judge,
    runs,
    score,
    up,
)
from reinfra.cli.context import Context
from reinfra.errors import ReinfraError

app = typer.Typer(
    name="reinfra",
    help="Observability and anomaly detection for AI infrastructure.",
    epilog="Exit codes: 0 ok, 1 failed, 2 usage or input, 3 partial, 4 stale input, 75 locked.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def settings(
    ctx: typer.Context,
    config: Annotated[
        Path | None,
        typer.Option(help="Settings file.", show_default="reinfra.toml, or $REINFRA_CONFIG"),
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", help="Log more.")] = False,
) -> None:
    ctx.obj = Context(config, verbose)


app.command("demo")(demo.demo)
app.command("up")(up.up)
app.command("collect")(collect.collect)
app.command("detect")(detect.detect)
app.add_typer(runs.app, name="runs")
app.command("score")(score.score)
app.command("backtest")(backtest.backtest)
app.add_typer(judge.app, name="judge")
app.add_typer(gaps.app, name="gaps")
app.add_typer(alerts.app, name="alerts")
app.command("dashboard")(dashboard.dashboard)
app.add_typer(db.app, name="db")
app.command("inventory")(inventory.inventory)
app.command("doctor")(doctor.doctor)


def main() -> None:
    """Run a command. An error we know is one line on stderr and an exit code, never a traceback."""
    try:
        app()
    except ReinfraError as error:
        from reinfra.cli.output import printable

        sys.stderr.write(f"reinfra: {printable(str(error))}\n")
        sys.exit(error.exit_code)
