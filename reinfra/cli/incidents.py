"""`reinfra alerts list`, `ack`, `snooze`, `resolve`, `why`: incidents, and what people do with them."""

import getpass
import os
from typing import TYPE_CHECKING, Annotated

import typer

from reinfra.cli.context import context

if TYPE_CHECKING:
    from reinfra.model import IncidentState, Transition
    from reinfra.store.incidents import Moved, StoredIncident

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Name = Annotated[str, typer.Argument(help="Incident, such as INC-7.", metavar="INCIDENT")]
Comment = Annotated[str, typer.Option(help="Why, or what you are doing about it.")]
By = Annotated[str | None, typer.Option(help="Who you are; your login by default.")]


def list_(
    ctx: typer.Context,
    state: Annotated[
        list[str] | None,
        typer.Option(help="Only open, acknowledged or resolved ones. Repeatable."),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Show resolved ones too.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="Show at most this many.")] = 50,
    as_json: Json = False,
) -> None:
    """Show incidents, newest first."""
    from reinfra.cli.output import write_json, write_table
    from reinfra.store import incidents

    here = context(ctx)
    states = _states(state, everything=everything)
    store = here.store(here.settings())
    with store.reading() as connection:
        found = incidents.listing(connection, states=states, limit=limit)
    if as_json:
        write_json(found)
    elif not found:
        typer.echo(
            "No open incident; `--all` shows resolved ones."
            if states == incidents.UNRESOLVED
            else "No incident."
        )
    else:
        columns = ("id", "severity", "state", "since", "title", "origin")
        write_table(columns, (_row(one, store.clock()) for one in found))


def ack(
    ctx: typer.Context, name: Name, comment: Comment = "", by: By = None, as_json: Json = False
) -> None:
    """Acknowledge an incident: somebody is looking into it, and nobody is reminded of it."""
    from reinfra.model import Transition

    _say(_moved(ctx, name, Transition.ACKNOWLEDGED, comment, by), as_json=as_json)


def resolve(
    ctx: typer.Context, name: Name, comment: Comment = "", by: By = None, as_json: Json = False
) -> None:
    """Resolve an incident; if it goes on, it opens again."""
    from reinfra.model import Transition

    _say(_moved(ctx, name, Transition.RESOLVED, comment, by), as_json=as_json)


def snooze(
    ctx: typer.Context,
    name: Name,
    lasting: Annotated[str, typer.Option("--for", help="How long, such as 2h.")],
    comment: Comment = "",
    by: By = None,
    as_json: Json = False,
) -> None:
    """Say nothing more of an incident for a while, but that it is over; then go on if it is still open."""
    from reinfra.cli.times import ahead
    from reinfra.store import incidents

    here = context(ctx)
    store, duration = here.store(here.settings()), ahead(lasting, "--for")
    now = store.clock()
    with store.writing() as connection:
        id_ = incidents.parse_id(name)
        moved = incidents.snooze(
            connection, id_, now + duration, by=by or login(), now=now, comment=comment
        )
    _say(moved, as_json=as_json)


def login() -> str:
    """Who works here, by the machine."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run as a user that has no name
        return f"uid {os.getuid()}"


def _moved(
    ctx: typer.Context, name: str, to: "Transition", comment: str, by: str | None
) -> "Moved":
    from reinfra.batch.deciding import announce
    from reinfra.store import incidents

    here = context(ctx)
    settings = here.settings()
    store = here.store(settings)
    now = store.clock()
    with store.writing() as connection:
        return incidents.move(
            connection,
            incidents.parse_id(name),
            to,
            by=by or login(),
            now=now,
            comment=comment,
            announce=announce(settings, now),
        )


def _say(moved: "Moved", *, as_json: bool) -> None:
    from reinfra.cli.output import printable, write_json

    if as_json:
        write_json(moved)
    else:
        typer.echo(printable(moved.said))


def _states(given: list[str] | None, *, everything: bool) -> "tuple[IncidentState, ...] | None":
    from reinfra.errors import InputError
    from reinfra.model import IncidentState
    from reinfra.store import incidents

    if not given:
        return None if everything else incidents.UNRESOLVED
    known = [str(one) for one in IncidentState]
    wrong = next((one for one in given if one not in known), None)
    if wrong is not None:
        todo = f"One of {', '.join(known)}."
        raise InputError(f"no such state: {wrong[:30]!r}", where="--state", todo=todo)
    return tuple(map(IncidentState, given))


def _row(one: "StoredIncident", now: int) -> tuple[str, ...]:
    from reinfra.model import iso

    marks = [
        word
        for word, until in (("snoozed", one.snoozed_until), ("flapping", one.flapping_until))
        if until is not None and until > now and one.state != "resolved"
    ]
    if one.merged_into is not None:
        marks.append(f"in INC-{one.merged_into}")
    state = ", ".join((one.state, *marks))
    return one.name, one.severity, state, iso(one.since), one.title, one.origin
