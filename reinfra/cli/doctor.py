"""`reinfra doctor`: what is configured, reachable, missing, read-only."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from reinfra.cli.context import context
from reinfra.errors import ExitCode

if TYPE_CHECKING:
    from reinfra.cli.context import Context
    from reinfra.config import Settings
    from reinfra.doctor import Finding


def doctor(
    ctx: typer.Context,
    dead_man: Annotated[
        bool,
        typer.Option("--dead-man", help="Look only whether the loops live; 1 if one has stopped."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print what is configured, reachable, missing, read-only. Changes nothing."""
    from reinfra.batch.check import check_settings
    from reinfra.cli.output import write_json, write_table
    from reinfra.doctor import Level, examine

    here = context(ctx)
    settings = here.settings()
    if dead_man:
        _dead_man(here, settings, as_json)
        return
    check_settings(settings, here.config)
    found = list(examine(settings, here.config))
    if as_json:
        write_json(found)
    else:
        write_table(("", "what", "finding"), _rows(found))
    if any(each.level is Level.BAD for each in found):
        raise typer.Exit(ExitCode.FAILED)


def _dead_man(here: "Context", settings: "Settings", as_json: bool) -> None:
    """For a monitor outside: the exit code says it. Before the first sign of life nothing is expected."""
    from reinfra.alerts.deadman import look
    from reinfra.cli.output import printable, write_json
    from reinfra.model import system_clock

    now = system_clock()
    found = look(here.store(settings), settings.deadman, now)
    if as_json:
        write_json(found)
    else:
        for one in found:
            typer.echo(printable(one.said(now)))
        if not found:
            typer.echo("No loop has given a sign of life yet.")
    if any(one.stopped for one in found):
        raise typer.Exit(ExitCode.FAILED)


def _rows(found: "list[Finding]") -> Iterator[tuple[str, str, str]]:
    for each in found:
        yield each.level, each.what, f"{each.said} {each.todo}".strip()
