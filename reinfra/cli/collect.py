"""`reinfra collect`: signals into the store."""

from contextlib import ExitStack
from functools import partial
from typing import Annotated

import typer

from reinfra.cli.context import context
from reinfra.errors import ExitCode


def collect(
    ctx: typer.Context,
    names: Annotated[
        list[str] | None,
        typer.Argument(help="Sources: those of the settings by default, or what this machine has."),
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="Collect once and stop.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Collect signals into the store, until interrupted or once.

    While it runs, a line says when a source first answers, fails or recovers.
    """
    from reinfra.alerts import pulse
    from reinfra.alerts.pulse import beating
    from reinfra.batch.after import watched
    from reinfra.cli.output import printable, write_json
    from reinfra.cli.until_told import until_told
    from reinfra.collect.changes import Changes
    from reinfra.collect.loop import Loop
    from reinfra.collect.once import collect_once
    from reinfra.collect.sending import sending
    from reinfra.collect.sources import chosen, open_sources
    from reinfra.collect.visit import Collection
    from reinfra.collect.writer import Writer
    from reinfra.model import system_clock
    from reinfra.store.answers import Texts

    here = context(ctx)
    settings = here.settings()
    described = chosen(settings, names or ())
    store = here.store(settings)

    def tell(done: Collection) -> None:
        if as_json:
            write_json(done, indent=None)
        else:
            typer.echo(printable(done.line))

    with ExitStack() as stack:
        opened = open_sources(described, system_clock, stack)
        also = sending(settings.export, stack)
        writer = Writer(store, Texts(settings.collect.answers), also)
        if not once:
            look = partial(watched, store, settings)
            stack.enter_context(beating(store, "collect", look))
            Loop(writer, settings.collect.interval, Changes(tell), until_told()).run(opened)
            return
        done = collect_once(writer, opened)
        pulse.once(store, "collect")
    if as_json:
        write_json(done)
    else:
        for each in done:
            tell(each)
    failed = [each for each in done if each.error]
    if failed:
        raise typer.Exit(ExitCode.FAILED if len(failed) == len(done) else ExitCode.PARTIAL)
