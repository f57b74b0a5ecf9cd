"""`reinfra gaps catalogue`: hardware and prices, each with source and day."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from reinfra.gaps.catalogue import Catalogue

app = typer.Typer(help="Hardware and prices, each with source and day.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
COLUMNS = ("instance type", "accelerators", "peak FLOP/s", "memory", "USD/hour", "as of", "source")


def edits_file(ctx: typer.Context) -> Path:
    """Beside the settings file, or in the working folder."""
    from reinfra.cli.context import context
    from reinfra.gaps.edits import FILE

    given = context(ctx).config or Path(os.environ.get("REINFRA_CONFIG") or "reinfra.toml")
    return given.parent / FILE


@app.command("list")
def list_(ctx: typer.Context, as_json: Json = False) -> None:
    """Show every instance type."""
    from reinfra.cli.output import write_json, write_table

    found = _catalogue(ctx)
    if as_json:
        write_json(list(found.instances.values()))
        return
    write_table(
        COLUMNS,
        (
            (
                one.instance_type,
                f"{one.accelerator_count} x {one.accelerator.name}" if one.accelerator else "",
                one.peak_flops,
                one.memory_bytes,
                one.price.usd_per_hour if one.price else None,
                one.price.on if one.price else one.read_on,
                one.price.source if one.price else one.source,
            )
            for _, one in sorted(found.instances.items())
        ),
    )


@app.command()
def show(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="Instance type or accelerator.")],
    as_json: Json = False,
) -> None:
    """Show what is known of one instance type or accelerator, with class and purchase options."""
    from reinfra.cli.output import write_json, write_table
    from reinfra.errors import InputError
    from reinfra.gaps.edits import read_edits
    from reinfra.gaps.policy import default_policy

    catalogue = _catalogue(ctx)
    found = catalogue.find(name) or catalogue.accelerators.get(name)
    if found is None:
        raise InputError(
            f"nothing is known of {name[:60]!r}", todo="See `reinfra gaps catalogue list`."
        )
    edits = [
        one for one in read_edits(edits_file(ctx)) if one.name in {name, name.removeprefix("ml.")}
    ]
    facts: dict[str, object] = {"hardware": found, "history": edits}
    if name not in catalogue.accelerators:
        facts["class"] = default_policy().classify(name.removeprefix("ml."))
    if as_json:
        write_json(facts)
    else:
        write_table(("fact", "value"), _facts(facts))


def _facts(nested: object, path: str = "") -> Iterator[tuple[str, object]]:
    """Leaf by leaf, with a dotted path."""
    from reinfra.model.plain import plain

    tree = plain(nested)
    if not isinstance(tree, dict | list):
        yield path, tree
        return
    for key, value in tree.items() if isinstance(tree, dict) else enumerate(tree):
        yield from _facts(value, f"{path}.{key}".lstrip("."))


@app.command("set")
def set_(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="Instance type or accelerator.")],
    field: Annotated[str, typer.Argument(help="Such as usd_per_hour.reserved, watts, vcpu.")],
    value: Annotated[str, typer.Argument(help="A number above zero, in base units.")],
    source: Annotated[str, typer.Option(help="Who says so.")],
    on: Annotated[str, typer.Option(help="As of which day; today by default.")] = "",
) -> None:
    """Set one value, with its source. Earlier values stay in the file as its history."""
    from reinfra.gaps.edits import append, edit

    append(edits_file(ctx), [edit(on or _today(), name, field, value, source)])


@app.command()
def refresh(
    ctx: typer.Context,
    region: Annotated[str, typer.Option(help="Whose prices.")] = "us-east-1",
    types: Annotated[
        list[str] | None, typer.Option("--type", help="Only this instance type. Repeatable.")
    ] = None,
) -> None:
    """Ask AWS for on-demand and spot prices and sizes (needs boto3's credentials)."""
    from reinfra.gaps.edits import append
    from reinfra.gaps.refresh import connect, refreshed

    wanted = types or sorted(_catalogue(ctx).instances)
    found = refreshed(connect(region), wanted, _today())
    append(edits_file(ctx), found)
    silent = sorted(set(wanted) - {one.name for one in found})
    typer.echo(f"{len(found)} values of {len(wanted) - len(silent)} instance types")
    if silent:
        typer.echo(f"not offered in {region}: {', '.join(silent)}")


def _catalogue(ctx: typer.Context) -> "Catalogue":
    from reinfra.gaps.catalogue import default_catalogue
    from reinfra.gaps.edits import edited, read_edits

    return edited(default_catalogue(), read_edits(edits_file(ctx)))


def _today() -> str:
    from datetime import UTC, datetime

    return datetime.now(UTC).date().isoformat()
