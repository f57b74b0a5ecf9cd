"""`reinfra db retention`: how long samples are kept."""

from typing import TYPE_CHECKING, Annotated

import typer

from reinfra.cli.context import context

if TYPE_CHECKING:
    from reinfra.store import Store

app = typer.Typer(help="How long samples are kept, by selector and level.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Chosen = Annotated[
    str, typer.Argument(metavar="SELECTOR", help='Series, such as hw.power{host.name="a"}.')
]


@app.command()
def show(ctx: typer.Context, as_json: Json = False) -> None:
    """Show the policies in their order: the first that matches a series decides."""
    _print(_store(ctx), as_json=as_json)


@app.command("set")
def set_(
    ctx: typer.Context,
    selector: Chosen,
    raw: Annotated[int, typer.Option(help="Days that raw samples are kept.")] = 30,
    five_minutes: Annotated[
        int | None, typer.Option(help="Days of 5-minute rollups; 90, or as long as raw samples.")
    ] = None,
    hours: Annotated[
        int | None, typer.Option(help="Days of hourly rollups; 400, or as long as the others.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Add a policy, or change the one of this selector. Rollups are kept as long as any policy says."""
    from reinfra.store.policies import Policy, put
    from reinfra.store.selector import Selector

    fine = max(90, raw) if five_minutes is None else five_minutes
    policy = Policy(Selector.parse(selector), raw, fine, max(400, fine) if hours is None else hours)
    store = _store(ctx)
    with store.writing() as connection:
        put(connection, selector, policy)
    _print(store, as_json=as_json)


@app.command()
def remove(ctx: typer.Context, selector: Chosen, as_json: Json = False) -> None:
    """Remove the policy of a selector; what it kept longer goes with the next `reinfra db retain`."""
    from reinfra.store.policies import remove as drop

    store = _store(ctx)
    with store.writing() as connection:
        drop(connection, selector)
    _print(store, as_json=as_json)


def _print(store: "Store", *, as_json: bool) -> None:
    from reinfra.cli.output import write_json, write_table
    from reinfra.store.policies import stated

    with store.reading() as connection:
        found = stated(connection)
    names = "selector", "raw_days", "five_minute_days", "hour_days"
    rows = [(one.selector, *(getattr(one.policy, name) for name in names[1:])) for one in found]
    if as_json:
        write_json({"policies": [dict(zip(names, row, strict=True)) for row in rows]})
    else:
        table = ((name or "all others", *days) for name, *days in rows)
        write_table(("series", "raw, days", "5 minutes, days", "hours, days"), table)


def _store(ctx: typer.Context) -> "Store":
    here = context(ctx)
    return here.store(here.settings())
