"""`reinfra demo`: everything on recorded data, then the dashboard."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reinfra.cli.context import context

if TYPE_CHECKING:
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
        int, typer.Option(help="Port of the dashboard; the next free one is used if taken.")
    ] = 8501,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Run the whole loop on recorded inputs: store, detect, grade, compare, alert; then open the dashboard."""
    from reinfra.cli.output import write_json
    from reinfra.cli.progress import shown
    from reinfra.demo.run import recreate, run
    from reinfra.demo.simulated import run as run_simulated
    from reinfra.model import random_id, system_clock

    begun = time.monotonic()
    database = FOLDER / ("simulated.db" if simulate else "demo.db")
    settings = _settings(context(ctx).settings(), database)
    recreate(database)
    with shown() as progress:
        if simulate:
            result = run_simulated(simulate, settings, system_clock, random_id, progress)
        else:
            result = run(settings, system_clock, random_id, progress)
    if as_json:
        write_json(result)
    else:
        typer.echo("\n".join(result.lines()))
    typer.echo(f"\nReady in {time.monotonic() - begun:.1f} s. Database: {database}", err=as_json)
    if not stop:
        from dashboard.server import serve

        serve(settings.database.url, settings.dashboard.host, port)


def _settings(settings: "Settings", database: Path) -> "Settings":
    """The user's settings on the demo's own database; alerts go to a file, and to a topic if one is set."""
    alerts = settings.alerts.model_copy(
        update={"channels": ("file",), "file": str(FOLDER / "demo-alerts.jsonl")}
    )
    url = settings.database.model_copy(update={"url": f"sqlite:///{database}"})
    return settings.model_copy(update={"database": url, "alerts": alerts})
