"""`reinfra alerts feedback`: say what an incident was worth."""

from typing import Annotated

import typer

from reinfra.cli.context import context
from reinfra.cli.incidents import login


def feedback(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="Incident, such as INC-7.", metavar="INCIDENT")],
    verdict: Annotated[
        str,
        typer.Argument(
            help="useful, not-useful, expected (real, but no news), or none to take it back.",
            metavar="VERDICT",
        ),
    ],
    by: Annotated[str | None, typer.Option(help="Who you are; your login by default.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say what an incident was worth; `reinfra backtest --feedback` makes figures of it."""
    from reinfra.cli.output import printable, write_json
    from reinfra.store import incidents

    here = context(ctx)
    said = verdict.strip().lower().replace("-", " ")
    number = incidents.parse_id(name)
    store = here.store(here.settings())
    word = None if said == "none" else said
    with store.writing() as connection:
        incidents.give_feedback(connection, number, said=word, by=by or login(), now=store.clock())
        found = incidents.get(connection, number)
    if as_json:
        write_json(found)
    else:
        typer.echo(printable(f"{found.name}: {found.feedback or 'nothing said'}"))
