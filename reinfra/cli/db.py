"""`reinfra db`: the database's schema, contents and upkeep."""

import enum
from typing import TYPE_CHECKING, Annotated

import typer

from reinfra.cli import retention
from reinfra.cli.context import context
from reinfra.errors import ExitCode

if TYPE_CHECKING:
    from reinfra.store import Selector, Store

app = typer.Typer(help="The database: schema, upkeep, ways in and out.", no_args_is_help=True)
app.add_typer(retention.app, name="retention")
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def upgrade(ctx: typer.Context, as_json: Json = False) -> None:
    """Create the database, or bring its schema up to date."""
    from reinfra.cli.output import write_json
    from reinfra.store import open_store
    from reinfra.store.schema import REVISIONS

    store = open_store(context(ctx).settings().database.url, create=True)
    if as_json:
        write_json({"database": store.name, "schema": REVISIONS[-1]})
    else:
        typer.echo(f"{store.name}: schema {REVISIONS[-1]}")


@app.command()
def check(ctx: typer.Context, as_json: Json = False) -> None:
    """Verify every checksum and invariant; exit code 1 if anything is wrong."""
    from reinfra.cli.output import write_json
    from reinfra.store.check import check as check_all

    store = _store(ctx)
    found = check_all(store)
    if as_json:
        write_json(found)
    else:
        read = f"{found.chunks} chunks, {found.frames} frames, {found.rollups} rollups"
        typer.echo(
            f"{store.name}: {read} read, {found.quarantined} in quarantine, {found.wrong} wrong"
        )
        for problem in found.problems:
            typer.echo(problem)
    if not found.clean:
        raise typer.Exit(ExitCode.FAILED)


@app.command()
def stats(ctx: typer.Context, as_json: Json = False) -> None:
    """Show what is stored, how large it is, and where it comes from."""
    from reinfra.cli.output import write_json, write_table
    from reinfra.model import iso
    from reinfra.store import sources
    from reinfra.store.stats import stats as measure

    store = _store(ctx)
    sizes = measure(store)
    with store.reading() as connection:
        found = sources.listing(connection)
    if as_json:
        write_json({"store": sizes, "sources": found})
        return
    density = (
        f"{sizes.bytes_per_sample:.2f} bytes a sample" if sizes.bytes_per_sample else "none sealed"
    )
    typer.echo(
        f"{store.name}: {sizes.series} series, {sizes.hot_samples} samples as they arrived, "
        f"{sizes.sealed_samples} sealed ({density}), {sizes.bytes / 1e6:.1f} MB in all"
    )
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
def seal(
    ctx: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="Seal the current block too.")] = False,
    as_json: Json = False,
) -> None:
    """Compress the blocks that are over, merging what came late."""
    from reinfra.cli.output import write_json
    from reinfra.store.seal import seal as seal_blocks

    done = seal_blocks(_store(ctx), everything=everything)
    if as_json:
        write_json(done)
    else:
        damaged = f", {done.damaged} damaged ones set aside" if done.damaged else ""
        typer.echo(f"{done.samples} samples of {done.blocks} blocks sealed{damaged}")


@app.command()
def retain(ctx: typer.Context, as_json: Json = False) -> None:
    """Delete what is older than its retention says: see `reinfra db retention show`."""
    from reinfra.cli.output import write_json
    from reinfra.store.retain import retain as drop_old

    done = drop_old(_store(ctx))
    if as_json:
        write_json(done)
    else:
        typer.echo(f"{done.chunks} chunks and {done.rollups} rollups deleted")


@app.command()
def vacuum(ctx: typer.Context, as_json: Json = False) -> None:
    """Hand freed pages back to the file system."""
    from reinfra.cli.output import write_json
    from reinfra.store.vacuum import vacuum as shrink

    store = _store(ctx)
    shrink(store)
    if as_json:
        write_json({"database": store.name})
    else:
        typer.echo(f"{store.name}: done")


class Form(enum.StrEnum):
    """What samples are written as."""

    PARQUET = "parquet"
    REMOTE_WRITE = "remote-write"


@app.command()
def export(
    ctx: typer.Context,
    place: Annotated[
        str,
        typer.Argument(
            metavar="PLACE",
            help="Folder or s3://bucket/path; for remote-write the server's address.",
        ),
    ],
    to: Annotated[
        Form, typer.Option(help="Sealed blocks as Parquet, or all to a Prometheus.")
    ] = Form.PARQUET,
    series: Annotated[str, typer.Option(help='Only these, as metric{label="value"}.')] = "",
    since: Annotated[str, typer.Option(help="Where to begin (remote-write only).")] = "1d",
    as_json: Json = False,
) -> None:
    """Write samples as Parquet for DuckDB, Athena, Spark, or send them by Prometheus remote write."""
    from reinfra.cli.output import write_json
    from reinfra.store import Selector

    store, selector = _store(ctx), Selector.parse(series)
    if to is Form.REMOTE_WRITE:
        _send(store, place, selector, since, as_json=as_json)
        return
    from reinfra.store.parquet import export as write_out

    done = write_out(store, place, selector)
    if as_json:
        write_json(done)
    else:
        hint = "" if done.files else "; `reinfra db seal --all` seals what is there"
        typer.echo(f"{done.samples} samples in {done.files} files{hint}")


@app.command("import")
def import_(
    ctx: typer.Context,
    place: Annotated[str, typer.Argument(metavar="FROM", help="Folder, or s3://bucket/path.")],
    as_json: Json = False,
) -> None:
    """Read samples that `reinfra db export` wrote."""
    from reinfra.cli.output import write_json
    from reinfra.store.parquet import import_from

    done = import_from(_store(ctx), place)
    if as_json:
        write_json(done)
    else:
        refused = f", {sum(done.refused.values())} refused" if done.refused else ""
        typer.echo(f"{done.samples} samples from {done.files} files{refused}")


@app.command()
def migrate(
    ctx: typer.Context,
    to: Annotated[
        str,
        typer.Option(
            help="URL of an empty database; or set REINFRA_MIGRATE_TO.",
            envvar="REINFRA_MIGRATE_TO",
            show_envvar=False,
        ),
    ],
    as_json: Json = False,
) -> None:
    """Copy everything into another database, and compare counts and checksums."""
    from reinfra.cli.output import write_json
    from reinfra.store.move import move

    moved = move(_store(ctx), to)
    if as_json:
        write_json(moved)
    else:
        typer.echo(
            f"{sum(moved.rows.values())} rows of {len(moved.rows)} tables copied and compared"
        )


def _send(store: "Store", url: str, selector: "Selector", since: str, *, as_json: bool) -> None:
    from reinfra.cli.output import write_json
    from reinfra.cli.times import instant
    from reinfra.model import system_clock
    from reinfra.store.remote_write import send

    now = system_clock()
    sent = send(store, url, selector, instant(since, "--since", now) or 0, now + 1)
    if as_json:
        write_json(sent)
    else:
        refused = f", {sent.refused} refused: {sent.why}" if sent.refused else ""
        typer.echo(f"{sent.samples} samples of {sent.series} series sent{refused}")
    if sent.refused:
        raise typer.Exit(ExitCode.PARTIAL)


def _store(ctx: typer.Context) -> "Store":
    here = context(ctx)
    return here.store(here.settings())
