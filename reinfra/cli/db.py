"""`reinfra db`: the database's schema and contents."""

from typing import Annotated

import typer

from reinfra.cli.context import context
from reinfra.cli.later import not_built

app = typer.Typer(help="The database: schema, checks, statistics.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def upgrade(ctx: typer.Context) -> None:
    """Create the database, or bring its schema up to date."""
    from reinfra.store import open_store
    from reinfra.store.schema import REVISIONS

    store = open_store(context(ctx).settings().database.url, create=True)
    typer.echo(f"{store.name}: schema {REVISIONS[-1]}")


@app.command()
def check(ctx: typer.Context) -> None:
    """Verify that the schema is the one this version needs."""
    here = context(ctx)
    store = here.store(here.settings())
    typer.echo(f"{store.name}: ok")


@app.command()
def stats(ctx: typer.Context, as_json: Json = False) -> None:
    """Show what is stored, by source."""
    from reinfra.cli.output import write_json, write_table
    from reinfra.model import iso
    from reinfra.store import sources

    here = context(ctx)
    with here.store(here.settings()).reading() as connection:
        found = sources.listing(connection)
    if as_json:
        write_json(found)
        return
    rows = (
        (
            one.name,
            one.origin,
            one.series,
            iso(one.last_at) if one.last_at else "never",
            one.refused,
        )
        for one in found
    )
    write_table(("source", "origin", "series", "last sample", "refused"), rows)


@app.command()
def seal() -> None:
    """Compress what no longer changes (not built yet)."""
    not_built("db seal", "Samples are kept as they arrived.")


@app.command()
def retain() -> None:
    """Drop what is older than its retention (not built yet)."""
    not_built("db retain", "Nothing is dropped.")


@app.command()
def export() -> None:
    """Write samples to Parquet (not built yet)."""
    not_built("db export", "Read them with `reinfra.store` meanwhile.")


@app.command("import")
def import_() -> None:
    """Read samples from Parquet (not built yet)."""
    not_built("db import", "Use `reinfra score FILE` to look at a file.")


@app.command()
def migrate() -> None:
    """Copy everything to another database (not built yet)."""
    not_built("db migrate", "Start with the database you want to keep.")
