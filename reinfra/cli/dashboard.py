"""`reinfra dashboard`: the web pages."""

import os
from typing import Annotated

import typer

from reinfra.cli.context import context


def dashboard(
    ctx: typer.Context,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[
        int | None,
        typer.Option(min=1, max=65_535, help="Port; the next free one is used if taken."),
    ] = None,
    open_browser: Annotated[bool, typer.Option("--open", help="Open a browser.")] = False,
) -> None:
    """Serve the dashboard."""
    from dashboard.server import serve
    from reinfra.config.load import FILE_VARIABLE

    here = context(ctx)
    settings = here.settings()
    if here.config:  # the pages read the settings on their own
        os.environ[FILE_VARIABLE] = str(here.config.absolute())
    here.store(settings)  # a database that cannot be used is said now, not on every page
    wanted = settings.dashboard
    serve(
        settings.database.url, host or wanted.host, port or wanted.port, open_browser=open_browser
    )
