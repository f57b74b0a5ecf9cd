"""The dashboard as one web server: Streamlit's pages, /healthz and /metrics on the same port."""

import errno
import importlib
import os
import pkgutil
import socket
import sys
from collections.abc import Callable
from pathlib import Path

from dashboard.connection import DATABASE_VARIABLE
from reinfra.model import InputError

APP = Path(__file__).with_name("app.py")
_TRIES = 50


def serve(
    database_url: str,
    host: str,
    port: int,
    *,
    open_browser: bool = False,
    announce: Callable[[str], None] | None = None,
) -> None:
    """Serve until interrupted. A taken port is passed over, and `announce` is told the address in use.

    Raises InputError when nothing can be listened on.
    """
    listening = listen(host, port)
    os.environ[DATABASE_VARIABLE] = database_url
    (announce or _write)(announcement(listening, port))
    if open_browser:
        import webbrowser

        webbrowser.open(url_of(listening))
    run(listening)


def announcement(listening: socket.socket, wanted: int) -> str:
    """Where the dashboard is, and why it is not on the wanted port."""
    taken = "" if listening.getsockname()[1] == wanted else f" (port {wanted} is taken)"
    return f"Dashboard: {url_of(listening)}{taken}"


def listen(host: str, wanted: int) -> socket.socket:
    """A listening socket on the first free port from `wanted` on; connections wait until they are served."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for port in range(wanted, min(wanted + _TRIES, 65_536)):
        listening = socket.socket(family, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((host, port))
            listening.listen()
        except OSError as error:
            listening.close()
            if error.errno != errno.EADDRINUSE:
                raise InputError(
                    "cannot listen", where=f"{host}:{port}", why=error.strerror or str(error)
                ) from error
        else:
            return listening
    raise InputError(
        f"{_TRIES} ports from {wanted} on are taken", where=host, todo="Name another port."
    )


def url_of(listening: socket.socket) -> str:
    """Where a browser on this machine finds the server."""
    host, port = listening.getsockname()[:2]
    if host in {"0.0.0.0", "::"}:  # noqa: S104 - compared with, not bound to
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def run(listening: socket.socket) -> None:
    """Serve on a socket that listens already, until interrupted."""
    import streamlit as st
    import uvicorn
    from starlette.middleware import Middleware
    from streamlit.runtime.pages_manager import PagesManager

    from dashboard.headers import SecurityHeaders
    from dashboard.probes import ROUTES

    _load_pages()
    # Else the first visitor of a permalink gets a bare page: Streamlit takes `pages` for its older layout.
    PagesManager.uses_pages_directory = False
    app = st.App(APP, routes=list(ROUTES), middleware=[Middleware(SecurityHeaders)])
    config = uvicorn.Config(app, log_level="warning", access_log=False, ws_max_size=2**25)
    uvicorn.Server(config).run(sockets=[listening])


def _load_pages() -> None:
    """Import what the pages are made of, which would else be the first visitor's wait."""
    import dashboard

    for module in pkgutil.walk_packages(dashboard.__path__, "dashboard."):
        if module.name != "dashboard.app" and not module.name.startswith("dashboard.pages"):
            importlib.import_module(module.name)


def _write(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
