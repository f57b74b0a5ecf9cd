"""Settings, database, sources, what they watch, channels: in the order in which they depend on each other."""

import platform
from collections.abc import Iterator
from pathlib import Path

from reinfra import __version__
from reinfra.config import Settings
from reinfra.config.load import origins
from reinfra.doctor.channels import channels
from reinfra.doctor.coverage import watched
from reinfra.doctor.database import database
from reinfra.doctor.finding import Finding, Level
from reinfra.doctor.machine import machine
from reinfra.doctor.versions import versions


def examine(settings: Settings, config: Path | None = None) -> Iterator[Finding]:
    """Everything worth knowing."""
    yield Finding(Level.OK, "reinfra", f"{__version__} on Python {platform.python_version()}")
    yield from _settings(config)
    store, found = database(settings)
    yield from found
    if store is not None:
        yield from watched(store, settings)
        yield from versions(store)
    yield from machine(settings, store)
    yield from channels(settings)


def _settings(config: Path | None) -> Iterator[Finding]:
    changed = origins(config)
    if not changed:
        yield Finding(Level.OK, "settings", "all defaults: no reinfra.toml, no REINFRA_* variable")
    for name, where in sorted(changed.items()):
        yield Finding(Level.OK, name, f"set in {where}")
