"""`reinfra up`: everything that one machine needs, under one supervisor."""

from typing import TYPE_CHECKING, Annotated

import typer

from reinfra.cli.context import context

if TYPE_CHECKING:
    from reinfra.cli.context import Context
    from reinfra.config import Settings
    from reinfra.store import Store


def up(
    ctx: typer.Context,
    collect: Annotated[bool, typer.Option(help="Collect signals.")] = True,
    detect: Annotated[bool, typer.Option(help="Search them as windows become complete.")] = True,
    relay: Annotated[bool, typer.Option(help="Send messages.")] = True,
    dashboard: Annotated[bool, typer.Option(help="Serve the dashboard.")] = True,
    workers: Annotated[
        int, typer.Option(min=1, max=256, help="Processes that search side by side.")
    ] = 1,
) -> None:
    """Run collectors, detection, alerts and dashboard of one machine, until interrupted.

    Each is a process that is started again when it ends. A line says when one starts or ends.
    """
    from reinfra.alerts import pulse
    from reinfra.batch.after import watched
    from reinfra.batch.check import check_settings
    from reinfra.cli.output import printable
    from reinfra.cli.until_told import until_told
    from reinfra.errors import InputError
    from reinfra.store import StoreError
    from reinfra.up.child import command
    from reinfra.up.part import Part
    from reinfra.up.supervisor import REPORT_EVERY, Supervisor

    here = context(ctx)
    settings = here.settings()
    check_settings(settings, here.config)
    wanted = {
        "collect": (collect, ("collect",)),
        "detect": (detect, ("detect", "--watch", "--workers", str(workers))),
        "relay": (relay, ("alerts", "relay", "--watch")),
        "dashboard": (dashboard, ("dashboard",)),
    }
    chosen = {name: words for name, (asked, words) in wanted.items() if asked}
    if not chosen:
        raise InputError("nothing is left to run", todo="Leave out one of the --no- options.")
    store = _store(here, settings)
    before = _before(here)

    def tell(line: str) -> None:
        typer.echo(printable(line))

    def report(state: str) -> None:
        pulse.once(store, "up", REPORT_EVERY, state)
        try:
            watched(store, settings)
        except StoreError as error:
            tell(f"up: {error}")

    parts = [
        Part(name, command(*before, *words), settings.up, tell) for name, words in chosen.items()
    ]
    raise typer.Exit(Supervisor(parts, settings.up, until_told(), report).run())


def _store(here: "Context", settings: "Settings") -> "Store":
    """The store, made where there is no file yet. An older schema is a person's decision."""
    from pathlib import Path

    from reinfra.store import open_store
    from reinfra.store.engine import database_url

    url = database_url(settings.database.url)
    new = url.drivername.startswith("sqlite") and not Path(url.database or "").exists()
    return open_store(settings.database.url, create=True) if new else here.store(settings)


def _before(here: "Context") -> tuple[str, ...]:
    """The options that each part gets before its command."""
    config = ("--config", str(here.config)) if here.config else ()
    return (*config, "--verbose") if here.verbose else config
