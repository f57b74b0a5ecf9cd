"""`reinfra judge canary run|show`: has the judge changed?"""

import threading
from contextlib import closing

import typer

from reinfra.cli.context import context
from reinfra.cli.judge_run import BackendName, Json, RubricName, backend_of, request_of

app = typer.Typer(help="Watch whether a judge has changed.", no_args_is_help=True)


@app.command()
def run(
    ctx: typer.Context,
    backend: BackendName = None,
    rubric: RubricName = None,
    as_json: Json = False,
) -> None:
    """Ask the judge again about its canary set, drawn at the first time; ends with 3 when it has changed."""
    from judge.canary import CanaryState
    from reinfra.batch import quality_canary
    from reinfra.cli.output import printable, write_json
    from reinfra.errors import ExitCode
    from reinfra.model import random_id

    here = context(ctx)
    settings = here.settings()
    store = here.store(settings)
    with closing(backend_of(settings.judge, backend)) as judge:
        stop = threading.Event()
        request = request_of(settings.judge, judge, rubric, None, stop, sampled=False)
        done = quality_canary.run(store, request, random_id)
    if as_json:
        write_json(done)
    else:
        result = done.result
        drawn = ", drawn now" if done.new else ""
        typer.echo(printable(f"{done.judge} by {done.rubric}: {done.items} questions{drawn}"))
        flips = f"{result.up} grades went up, {result.down} down"
        typer.echo(printable(f"{result.state}: {flips}. {result.reason}".strip()))
    if done.result.state is CanaryState.CHANGED:
        raise typer.Exit(ExitCode.PARTIAL)


@app.command()
def show(ctx: typer.Context, as_json: Json = False) -> None:
    """What each run of each canary found, the newest first."""
    from reinfra.cli.output import write_json, write_table
    from reinfra.model import iso
    from reinfra.store import canaries

    here = context(ctx)
    store = here.store(here.settings())
    with store.reading() as connection:
        runs = canaries.history(connection)
    if as_json:
        write_json(runs)
    elif not runs:
        typer.echo("No canary has run yet. `reinfra judge canary run` draws one.")
    else:
        write_table(
            ("at", "judge", "rubric", "state", "up", "down", "why"),
            (
                (
                    iso(one["at"]),
                    one["judge"],
                    one["rubric"],
                    one["state"],
                    one["figures"]["up"],
                    one["figures"]["down"],
                    one["figures"]["reason"],
                )
                for one in runs
            ),
        )
