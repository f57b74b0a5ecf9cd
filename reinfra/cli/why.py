"""`reinfra alerts why`: why somebody was, or was not, told."""

from typing import TYPE_CHECKING, Annotated

import typer

from reinfra.cli.context import context

if TYPE_CHECKING:
    from reinfra.cli.context import Context


def why(
    ctx: typer.Context,
    name: Annotated[
        str,
        typer.Argument(
            help="Incident, such as INC-7; or a series and a time, as "
            "'hw.temperature{host.name=\"a\"}@2026-11-20T15:00Z' or …@2h.",
            metavar="INCIDENT|SERIES@TIME",
        ),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show what was found, decided and told about an incident; or why nothing was about a series at a time."""
    here = context(ctx)
    if "@" in name:
        _of_series(here, name, as_json=as_json)
        return
    from reinfra.alerts.why import lines, trail
    from reinfra.batch.whynot import opening
    from reinfra.cli.output import printable, write_json
    from reinfra.store.incidents import parse_id

    settings = here.settings()
    found = trail(here.store(settings), parse_id(name))
    if as_json:
        write_json(found)
        return
    rules = [f"  sustain   {one}" for one in opening(found.anomalies, settings.detect)]
    told = list(lines(found))
    for line in (*told[:2], *rules, *told[2:]):
        typer.echo(printable(line, keep=" "))


def _of_series(here: "Context", name: str, *, as_json: bool) -> None:
    from reinfra.alerts.why import lines, trail
    from reinfra.batch.whynot import asked
    from reinfra.cli.output import printable, write_json
    from reinfra.cli.times import instant
    from reinfra.model import iso
    from reinfra.store import Selector

    series, _, time = name.rpartition("@")
    settings = here.settings()
    store = here.store(settings)
    at = instant(time, "TIME", store.clock()) or 0
    samples = here.samples(settings) or store
    found = asked(store, samples, Selector.parse(series), at, settings.detect)
    if as_json:
        write_json(found)
        return
    for one in found:
        typer.echo(printable(f"{one.series} at {iso(at)}"))
        for line in one.said:
            typer.echo("  " + printable(line, keep=" "))
        for incident_id in one.incidents:
            told = lines(trail(store, incident_id))
            typer.echo("\n".join(printable(line, keep=" ") for line in told))
