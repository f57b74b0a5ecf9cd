"""`reinfra alerts explain`: why an incident's points were called strange, and what may have caused it."""

from typing import Annotated

import typer

from reinfra.cli.context import context


def explain(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="Incident, such as INC-7.", metavar="INCIDENT")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show what began first, which changes were near, which points were out, and earlier episodes like it."""
    from reinfra.cli.output import printable, write_json
    from reinfra.explain.explain import explain as explained
    from reinfra.explain.lines import lines
    from reinfra.store.incidents import parse_id

    here = context(ctx)
    settings = here.settings()
    found = explained(here.store(settings), parse_id(name), settings, here.samples(settings))
    if as_json:
        write_json(found)
    else:
        typer.echo("\n".join(printable(line, keep=" ") for line in lines(found)))
