"""`reinfra alerts`: incidents, and the delivery of their messages."""

import getpass
import os
from typing import TYPE_CHECKING, Annotated

import typer

from reinfra.cli import delivery
from reinfra.cli import explain as explain_command
from reinfra.cli import feedback as feedback_command
from reinfra.cli.context import context
from reinfra.cli.later import not_built

if TYPE_CHECKING:
    from reinfra.store.incidents import StoredIncident

app = typer.Typer(help="Incidents and the delivery of alerts.", no_args_is_help=True)
app.command("relay")(delivery.relay)
app.command("test")(delivery.send_test)
app.add_typer(delivery.dead, name="dead")
app.command("explain")(explain_command.explain)
app.command("feedback")(feedback_command.feedback)
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Name = Annotated[str, typer.Argument(help="Incident, such as INC-7.", metavar="INCIDENT")]


@app.command("list")
def list_(
    ctx: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="Show resolved ones too.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="Show at most this many.")] = 50,
    as_json: Json = False,
) -> None:
    """Show incidents, newest first."""
    from reinfra.cli.output import write_json, write_table
    from reinfra.store import incidents

    here = context(ctx)
    states = None if everything else incidents.UNRESOLVED
    with here.store(here.settings()).reading() as connection:
        found = incidents.listing(connection, states=states, limit=limit)
    if as_json:
        write_json(found)
    elif not found:
        typer.echo(
            "No incident." if everything else "No open incident; `--all` shows resolved ones."
        )
    else:
        columns = ("id", "severity", "state", "since", "title", "origin")
        write_table(columns, (_row(one) for one in found))


@app.command()
def ack(
    ctx: typer.Context,
    name: Name,
    comment: Annotated[str, typer.Option(help="Why, or what you are doing about it.")] = "",
    by: Annotated[str | None, typer.Option(help="Who you are; your login by default.")] = None,
    as_json: Json = False,
) -> None:
    """Acknowledge an incident: somebody is looking into it."""
    from reinfra.batch.record import channel_names
    from reinfra.cli.output import printable, write_json
    from reinfra.model import Transition, system_clock
    from reinfra.store import incidents

    here = context(ctx)
    settings = here.settings()
    with here.store(settings).writing() as connection:
        moved = incidents.move(
            connection,
            incidents.parse_id(name),
            Transition.ACKNOWLEDGED,
            by=by or _login(),
            now=system_clock(),
            comment=comment,
            channels=channel_names(settings.alerts),
        )
    if as_json:
        write_json(moved)
    else:
        typer.echo(printable(moved.said))


@app.command()
def why(ctx: typer.Context, name: Name, as_json: Json = False) -> None:
    """Show why an incident was opened, what happened since, and who was told."""
    from reinfra.alerts.why import lines, trail
    from reinfra.cli.output import printable, write_json
    from reinfra.store.incidents import parse_id

    here = context(ctx)
    found = trail(here.store(here.settings()), parse_id(name))
    if as_json:
        write_json(found)
    else:
        typer.echo("\n".join(printable(line) for line in lines(found)))


@app.command()
def budget(
    ctx: typer.Context,
    pages: Annotated[
        float | None,
        typer.Option(
            min=0.01, help="Incidents a week; by default the setting alerts.pages_per_week."
        ),
    ] = None,
    days: Annotated[float, typer.Option(min=1, max=400, help="Days to replay.")] = 28,
    as_json: Json = False,
) -> None:
    """Show how many incidents a week stricter settings would have brought, and which keeps to the budget."""
    from reinfra.batch.budget import budget as replayed
    from reinfra.batch.budget import lines
    from reinfra.cli.output import write_json, write_table
    from reinfra.model import system_clock

    here = context(ctx)
    settings = here.settings()
    wanted = settings.alerts.pages_per_week if pages is None else pages
    found = replayed(here.store(settings), settings, wanted, days, system_clock())
    if as_json:
        write_json(found)
    else:
        write_table(("false_alarms", "incidents", "a week", "95 % interval"), lines(found))
        typer.echo(found.said)


@app.command()
def silence() -> None:
    """Keep matching alerts quiet for a while (not built yet)."""
    not_built("alerts silence", "Acknowledge an incident with `reinfra alerts ack`.")


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run as a user that has no name
        return f"uid {os.getuid()}"


def _row(one: "StoredIncident") -> tuple[str, ...]:
    from reinfra.model import iso

    return one.name, one.severity, one.state, iso(one.since), one.title, one.origin
