"""`reinfra doctor`: what is configured, reachable, missing, read-only."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from reinfra.cli.context import context
from reinfra.errors import ExitCode

if TYPE_CHECKING:
    from reinfra.doctor import Finding


def doctor(
    ctx: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print what is configured, reachable, missing, read-only. Changes nothing."""
    from reinfra.batch.check import check_settings
    from reinfra.cli.output import write_json, write_table
    from reinfra.doctor import Level, examine

    here = context(ctx)
    settings = here.settings()
    check_settings(settings, here.config)
    found = list(examine(settings, here.config))
    if as_json:
        write_json(found)
    else:
        write_table(("", "what", "finding"), _rows(found))
    if any(each.level is Level.BAD for each in found):
        raise typer.Exit(ExitCode.FAILED)


def _rows(found: "list[Finding]") -> Iterator[tuple[str, str, str]]:
    for each in found:
        yield each.level, each.what, f"{each.said} {each.todo}".strip()
