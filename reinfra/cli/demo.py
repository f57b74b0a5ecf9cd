"""`reinfra demo`: everything on recorded data, then the dashboard."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reinfra.cli.context import context

if TYPE_CHECKING:
    from dashboard.background import Background
    from reinfra.config import Settings

FOLDER = Path(".reinfra")


def demo(
    ctx: typer.Context,
    simulate: Annotated[
        int,
        typer.Option(
            min=0, max=4096, help="Use a simulated fleet of this many hosts instead of recordings."
        ),
    ] = 0,
    stop: Annotated[
        bool, typer.Option("--exit", help="Stop after the summary; serve no dashboard.")
    ] = False,
    port: Annotated[
        int,
        typer.Option(
            min=1, max=65_535, help="Port of the dashboard; the next free one is used if taken."
        ),
    ] = 8501,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Run the whole loop on recorded inputs: store, detect, grade, compare, alert; then open the dashboard."""
    from reinfra.batch.check import check_settings
    from reinfra.cli.output import printable, write_json
    from reinfra.cli.progress import shown
    from reinfra.demo.run import recreate, run
    from reinfra.demo.simulated import run as run_simulated
    from reinfra.model import random_id, system_clock

    begun = time.monotonic()
    database = FOLDER / ("simulated.db" if simulate else "demo.db")
    here = context(ctx)
    settings = _settings(here.settings(), database)
    check_settings(settings, here.config)
    recreate(database)
    with _dashboard(settings, here.config, port, wanted=not stop) as dashboard:
        with shown() as progress:
            if simulate:
                result = run_simulated(simulate, settings, system_clock, random_id, progress)
            else:
                result = run(settings, system_clock, random_id, progress)
        if as_json:
            write_json(result)
        else:
            typer.echo("\n".join(printable(line, keep="\n") for line in result.lines()))
        took = time.monotonic() - begun
        typer.echo(f"\nReady in {took:.1f} s. Database: {database}", err=as_json)
        if dashboard is not None:
            typer.echo(dashboard.announcement, err=as_json)
            dashboard.wait()


@contextmanager
def _dashboard(
    settings: "Settings", config: Path | None, port: int, *, wanted: bool
) -> "Iterator[Background | None]":
    """The dashboard, loading beside the work that fills its database; None if it is not wanted."""
    if not wanted:
        yield None
        return
    from dashboard.background import in_background
    from reinfra.config.load import FILE_VARIABLE

    variables = {
        "REINFRA_DATABASE_URL": settings.database.url,
        "REINFRA_ALERTS_CHANNELS": ",".join(settings.alerts.channels),
        "REINFRA_ALERTS_FILE": settings.alerts.file,
    }
    if config:  # the pages read the settings on their own
        variables[FILE_VARIABLE] = str(config.absolute())
    with in_background(variables, settings.dashboard.host, port) as dashboard:
        yield dashboard


def _settings(settings: "Settings", database: Path) -> "Settings":
    """The user's settings on the demo's own database; alerts go to a file, and to a topic if one is set."""
    alerts = settings.alerts.model_copy(
        update={"channels": ("file",), "file": str(FOLDER / "demo-alerts.jsonl")}
    )
    url = settings.database.model_copy(update={"url": f"sqlite:///{database}"})
    return settings.model_copy(update={"database": url, "alerts": alerts})
