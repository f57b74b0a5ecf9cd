"""`reinfra alerts`: incidents, and the delivery of their messages."""

from typing import Annotated

import typer

from reinfra.cli import delivery, incidents, routes, silences, why
from reinfra.cli import explain as explain_command
from reinfra.cli import feedback as feedback_command
from reinfra.cli.context import context

app = typer.Typer(help="Incidents and the delivery of alerts.", no_args_is_help=True)
app.command("list")(incidents.list_)
app.command("ack")(incidents.ack)
app.command("snooze")(incidents.snooze)
app.command("resolve")(incidents.resolve)
app.add_typer(silences.app, name="silence")
app.add_typer(routes.app, name="route")
app.command("import")(routes.import_)
app.command("why")(why.why)
app.command("relay")(delivery.relay)
app.command("test")(delivery.send_test)
app.add_typer(delivery.dead, name="dead")
app.command("explain")(explain_command.explain)
app.command("feedback")(feedback_command.feedback)
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


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
