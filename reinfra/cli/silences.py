"""`reinfra alerts silence`: what must not be told for a while."""

from typing import TYPE_CHECKING, Annotated

import typer

from reinfra.cli.context import context
from reinfra.cli.incidents import login

if TYPE_CHECKING:
    from reinfra.config import Settings
    from reinfra.config.intervals import TimeSpec
    from reinfra.config.matchers import Matcher
    from reinfra.store.silences import Silence

app = typer.Typer(help="Keep matching incidents from being told.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
_LONG = 10 * 365 * 86_400_000


@app.command("add")
def add(  # noqa: PLR0913, PLR0917 - one argument for each option
    ctx: typer.Context,
    matchers: Annotated[
        list[str],
        typer.Argument(
            help='Labels, as severity=warning or host.name=~"gpu-.*"; a word alone is an alertname.',
            metavar="MATCHER...",
        ),
    ],
    comment: Annotated[str, typer.Option("--comment", "-c", help="Why.")],
    lasting: Annotated[
        str, typer.Option("--for", "--duration", "-d", help="How long, such as 2h.")
    ] = "1h",
    start: Annotated[str | None, typer.Option(help="When it begins; now by default.")] = None,
    end: Annotated[str | None, typer.Option(help="When it ends, instead of --for.")] = None,
    during: Annotated[
        str | None,
        typer.Option(
            help="Only in this [[time_interval]], again and again; for ten years or --end."
        ),
    ] = None,
    by: Annotated[
        str | None,
        typer.Option("--author", "--by", "-a", help="Who you are; by default your login."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Silence what matches. It stays in lists, and what is still open is told once the silence ends."""
    from reinfra.cli.output import printable, write_json
    from reinfra.cli.times import ahead, instant
    from reinfra.store import silences
    from reinfra.store.silences import Silence

    here = context(ctx)
    settings = here.settings()
    store = here.store(settings)
    now = store.clock()
    starts_at = instant(start, "--start", now)
    begin = now if starts_at is None else starts_at
    given = instant(end, "--end", now)
    until = begin + (_LONG if during else ahead(lasting, "--for")) if given is None else given
    schedule = _schedule(settings, during) if during else ()
    wanted = Silence(0, _matchers(matchers), begin, until, by or login(), comment, schedule)
    with store.writing() as connection:
        added = silences.add(connection, wanted, now)
    if as_json:
        write_json(_document(added, now))
    else:
        typer.echo(printable(f"{added.name}: {_shown(added)}"))


@app.command("list")
def list_(
    ctx: typer.Context,
    expired: Annotated[
        bool, typer.Option("--expired", help="Show those that are over too.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show silences, those that end soonest first; and the windows of maintenance that the settings name."""
    from reinfra.cli.output import write_json, write_table
    from reinfra.model import iso
    from reinfra.store import silences

    here = context(ctx)
    settings = here.settings()
    store = here.store(settings)
    now = store.clock()
    with store.reading() as connection:
        found = silences.listing(connection, now, expired=expired)
    if as_json:
        write_json([_document(one, now) for one in found])
        return
    rows = [
        (
            str(one.id),
            one.state(now),
            _shown(one).partition(" until ")[0],
            iso(one.ends_at),
            one.created_by,
            one.comment,
        )
        for one in found
    ]
    rows += [
        (
            "settings",
            "recurring",
            ", ".join(one.matchers),
            "",
            "maintenance",
            f"{one.name} {one.comment}",
        )
        for one in settings.maintenance
    ]
    if rows:
        write_table(("id", "state", "matchers", "ends", "by", "comment"), rows)
    else:
        typer.echo("No silence.")


@app.command("expire")
def expire(
    ctx: typer.Context,
    ids: Annotated[list[int], typer.Argument(help="Silences, by id.", metavar="ID...")],
) -> None:
    """End silences now; what is still open is told with the next pass of the relay."""
    from reinfra.store import decisions, silences

    here = context(ctx)
    store = here.store(here.settings())
    now = store.clock()
    with store.writing() as connection:
        for id_ in ids:
            over = silences.expire(connection, id_, now)
            typer.echo(f"{over.name} is over")
        decisions.wake(connection, now)


def _matchers(given: list[str]) -> "tuple[Matcher, ...]":
    """As amtool reads them: a first word without an operator is the name of an alert."""
    from reinfra.config.matchers import parse_all

    first, *rest = given
    named = first if any(sign in first for sign in "=~!{") else f'alertname="{first}"'
    return parse_all([named, *rest])


def _schedule(settings: "Settings", name: str) -> "tuple[TimeSpec, ...]":
    from reinfra.errors import InputError

    found = next((one for one in settings.time_interval if one.name == name), None)
    if found is None:
        known = ", ".join(one.name for one in settings.time_interval) or "none"
        raise InputError(
            f"no [[time_interval]] is called {name[:60]!r}",
            where="--during",
            why=f"there are {known}",
        )
    return found.time_intervals


def _document(one: "Silence", now: int) -> dict[str, object]:
    from reinfra.model import iso

    return {
        "id": one.id,
        "state": one.state(now),
        "matchers": [
            {"name": each.name, "op": each.op, "value": each.value} for each in one.matchers
        ],
        "starts_at": iso(one.starts_at),
        "ends_at": iso(one.ends_at),
        "recurring": bool(one.schedule),
        "created_by": one.created_by,
        "comment": one.comment,
    }


def _shown(one: "Silence") -> str:
    from reinfra.config.matchers import written
    from reinfra.model import iso

    again = ", in its times only" if one.schedule else ""
    return f"{written(one.matchers)} until {iso(one.ends_at)}{again}"
