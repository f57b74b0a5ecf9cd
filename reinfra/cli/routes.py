"""`reinfra alerts route` and `import`: where incidents go, tried without sending anything."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reinfra.cli.context import context

if TYPE_CHECKING:
    from reinfra.alerts.routing.routes import Route

app = typer.Typer(help="Where incidents go.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("show")
def show(ctx: typer.Context, as_json: Json = False) -> None:
    """Show the tree of routes, each with what it has from above."""
    from reinfra.alerts.routing.policy import Policy
    from reinfra.cli.output import printable, write_json

    policy = Policy.of(context(ctx).settings())
    if as_json:
        write_json(policy.root)
        return
    for line in _lines(policy.root, 0):
        typer.echo(printable(line, keep=" "))
    for rule in policy.inhibitions:
        equal = f", where {', '.join(rule.equal)} are alike" if rule.equal else ""
        typer.echo(printable(f"inhibit: {rule}{equal}"))


@app.command("test")
def try_(
    ctx: typer.Context,
    labels: Annotated[
        list[str],
        typer.Argument(
            help="Labels of an incident, as severity=critical.", metavar="LABEL=VALUE..."
        ),
    ],
    at: Annotated[str | None, typer.Option(help="When; now by default.")] = None,
    as_json: Json = False,
) -> None:
    """Show which receivers an incident with these labels would be told to, when, and what would keep it back."""
    from reinfra.alerts.routing.trial import tried
    from reinfra.cli.output import printable, write_json
    from reinfra.cli.times import instant
    from reinfra.model import system_clock

    here = context(ctx)
    settings = here.settings()
    now = system_clock()
    when = instant(at, "--at", now)
    found = tried(here.store(settings), settings, _labels(labels), now if when is None else when)
    if as_json:
        write_json(found)
    elif not found:
        typer.echo("Nobody would be told: no route leads to a receiver.")
    else:
        for one in found:
            typer.echo(printable(one.said))


def import_(
    file: Annotated[Path, typer.Argument(help="An Alertmanager configuration (YAML).")],
) -> None:
    """Print an Alertmanager configuration as settings; what cannot be taken over is listed, with the reason."""
    from reinfra.alerts.routing.alertmanager import read

    taken = read(file)
    typer.echo(taken.toml, nl=False)
    for line in taken.left:
        typer.echo(f"not taken over: {line}", err=True)


def _labels(given: list[str]) -> dict[str, str]:
    from reinfra.errors import InputError

    pairs = [one.partition("=") for one in given]
    wrong = next(
        (one for one, (name, sign, _) in zip(given, pairs, strict=True) if not (name and sign)),
        None,
    )
    if wrong is not None:
        raise InputError(
            f"not a label: {wrong[:60]!r}", todo="Write for instance severity=critical."
        )
    return {name: value.strip('"') for name, _, value in pairs}


def _lines(route: "Route", depth: int) -> Iterator[str]:
    from reinfra.config.durations import written

    told = ", ".join(route.receivers) or "nobody"
    by = ", ".join(route.group_by) or "nothing: all together"
    again = written(route.repeat_interval) if route.repeat_interval else "never"
    parts = [
        f"{'  ' * depth}{route.path} -> {told}",
        f"by {by}",
        f"wait {written(route.group_wait)}, interval {written(route.group_interval)}, repeat {again}",
    ]
    if route.goes_on:
        parts.append("continue")
    for word in ("mute", "active"):
        names = getattr(route, f"{word}_time_intervals")
        parts += [f"{word} {', '.join(names)}"] if names else []
    yield "; ".join(parts)
    for below in route.routes:
        yield from _lines(below, depth + 1)
