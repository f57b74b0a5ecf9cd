"""`reinfra runs`: what the scheduled batch did."""

from typing import TYPE_CHECKING, Annotated

import typer

from reinfra.cli.context import context

if TYPE_CHECKING:
    from reinfra.store.runs import Run

app = typer.Typer(help="The history of runs.", invoke_without_command=True)
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Limit = Annotated[int, typer.Option(min=1, max=100_000, help="Show at most this many.")]
_COLUMNS = ("run", "kind", "began", "state", "windows", "series", "anomalies", "incidents", "s")


@app.callback()
def runs(ctx: typer.Context, as_json: Json = False) -> None:
    """Show the latest runs, newest first."""
    if ctx.invoked_subcommand is None:
        _list(ctx, 20, as_json)


@app.command("list")
def list_(ctx: typer.Context, limit: Limit = 20, as_json: Json = False) -> None:
    """Show the latest runs, newest first."""
    _list(ctx, limit, as_json)


@app.command()
def show(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="A run's id, or its beginning.", metavar="ID")],
    as_json: Json = False,
) -> None:
    """Show all that is known of a run."""
    from reinfra.cli.output import printable, write_json
    from reinfra.store import runs as history

    here = context(ctx)
    with here.store(here.settings()).reading() as connection:
        found = history.get(connection, name)
    if as_json:
        write_json(_plain(found))
        return
    for key, value in _plain(found).items():
        typer.echo(printable(f"{key:<11} {_shown(key, value)}"))


@app.command()
def forget(
    ctx: typer.Context,
    host: Annotated[str, typer.Argument(help="A host that is gone for good.")],
) -> None:
    """Expect no more signs of life of the loops of a host."""
    from reinfra.store import heartbeats

    here = context(ctx)
    with here.store(here.settings()).writing() as connection:
        many = heartbeats.forget(connection, host)
    typer.echo(f"{many} loops of {host} are no longer expected")


def _list(ctx: typer.Context, limit: int, as_json: bool) -> None:
    from reinfra.cli.output import write_json, write_table
    from reinfra.store import runs as history

    here = context(ctx)
    with here.store(here.settings()).reading() as connection:
        found = history.latest(connection, limit)
    if as_json:
        write_json([_plain(one) for one in found])
    elif not found:
        typer.echo("No run yet; `reinfra detect` is one.")
    else:
        write_table(_COLUMNS, (_row(one) for one in found))


def _row(one: "Run") -> tuple[object, ...]:
    from reinfra.model import iso

    state = f"ended with {one.exit_code}" if one.state == "ended" else one.state
    counts = (one.windows, one.series, one.anomalies, one.incidents)
    took = "" if one.seconds is None else f"{one.seconds:.1f}"
    return (one.id[:12], one.kind, iso(one.started_at), state, *counts, took)


def _plain(one: "Run") -> dict[str, object]:
    """All fields, the versions as an object, with the state in words."""
    import dataclasses
    import json

    return {**dataclasses.asdict(one), "state": one.state, "versions": json.loads(one.versions)}


def _shown(key: str, value: object) -> str:
    from reinfra.model import iso

    instants = {"started_at", "ended_at", "since", "until", "done_until"}
    if key in instants and isinstance(value, int):
        return iso(value)
    return "unknown" if value is None else str(value)
