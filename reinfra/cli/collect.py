"""`reinfra collect`: signals into the store."""

from typing import Annotated

import typer

from reinfra.cli.context import context
from reinfra.errors import ExitCode


def collect(
    ctx: typer.Context,
    names: Annotated[
        list[str] | None, typer.Argument(help="Sources; those of the settings by default.")
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="Collect once and stop.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Collect signals into the store, until interrupted or once."""
    from reinfra.batch.collect import Collection, collect_once, open_collectors, repeat
    from reinfra.cli.output import write_json
    from reinfra.model import system_clock

    here = context(ctx)
    settings = here.settings()
    store = here.store(settings)
    collectors = open_collectors(tuple(names or settings.collect.sources), system_clock)

    def tell(done: list[Collection]) -> None:
        if as_json:
            write_json(done, indent=2 if once else None)
        else:
            typer.echo("\n".join(each.line for each in done))

    if not once:
        repeat(store, collectors, settings.collect.interval, tell)
        return
    done = collect_once(store, collectors)
    tell(done)
    failed = [each for each in done if each.error]
    if failed:
        raise typer.Exit(ExitCode.FAILED if len(failed) == len(done) else ExitCode.PARTIAL)
