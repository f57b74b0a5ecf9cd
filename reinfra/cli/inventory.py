"""`reinfra inventory`: what every host, device and service is and runs, and what changed."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from reinfra.cli.context import context

if TYPE_CHECKING:
    from reinfra.store.inventory import Changed, StoredFact


def inventory(
    ctx: typer.Context,
    changes: Annotated[
        bool, typer.Option("--changes", help="Show what changed, newest first.")
    ] = False,
    since: Annotated[str, typer.Option(help="Changes from here on.")] = "7d",
    until: Annotated[str | None, typer.Option(help="Changes up to here; now by default.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show instance types, accelerators, driver and package versions, models: now, or what changed."""
    from reinfra.cli.output import write_json, write_table
    from reinfra.cli.times import instant
    from reinfra.model import system_clock
    from reinfra.store import inventory as facts

    here = context(ctx)
    now = system_clock()
    span = instant(since, "--since", now) or 0, instant(until, "--until", now) or now + 1
    with here.store(here.settings()).reading() as connection:
        changed = facts.changes(connection, *span) if changes else []
        known = [] if changes else facts.current(connection)
    if as_json:
        write_json(changed if changes else known)
    elif changed:
        write_table(("at", "where", "what", "before", "after", "source"), _changed(changed))
    elif known:
        write_table(("where", "what", "value", "since", "source"), _current(known))
    elif changes:
        typer.echo("Nothing changed in this time; `--since 30d` looks further back.")
    else:
        typer.echo("Nothing is known yet; `reinfra collect` asks.")


def _changed(found: "list[Changed]") -> Iterator[tuple[str, ...]]:
    from reinfra.coverage.subjects import named
    from reinfra.model import iso

    for one in found:
        yield iso(one.at), named(one.subject), one.name, one.before, one.after, one.source


def _current(found: "list[StoredFact]") -> Iterator[tuple[str, ...]]:
    from reinfra.coverage.subjects import named
    from reinfra.model import iso

    for one in found:
        yield named(one.subject), one.name, one.value, iso(one.since), one.source
