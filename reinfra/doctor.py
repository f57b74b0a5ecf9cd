"""A look at the installation that changes nothing: settings, database, sources, channels, libraries."""

import enum
import platform
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from reinfra import __version__
from reinfra.config import Settings
from reinfra.config.load import origins
from reinfra.errors import ReinfraError
from reinfra.store import Store, open_store
from reinfra.store.engine import database_url
from reinfra.store.errors import shown
from reinfra.store.place import read_only

_WAL_FIXED_IN = (3, 51, 3)


class Level(enum.StrEnum):
    OK = "ok"
    NOTE = "note"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; `todo` says what to do about it, where there is something to do."""

    level: Level
    what: str
    said: str
    todo: str = ""


def examine(settings: Settings, config: Path | None = None) -> Iterator[Finding]:
    """Everything worth knowing, in the order in which things depend on each other."""
    yield Finding(Level.OK, "reinfra", f"{__version__} on Python {platform.python_version()}")
    yield from _settings(config)
    yield from _database(settings)
    yield from _channels(settings)
    yield from _devices()


def _settings(config: Path | None) -> Iterator[Finding]:
    changed = origins(config)
    if not changed:
        yield Finding(Level.OK, "settings", "all defaults: no reinfra.toml, no REINFRA_* variable")
    for name, where in sorted(changed.items()):
        yield Finding(Level.OK, name, f"set in {where}")


def _database(settings: Settings) -> Iterator[Finding]:
    url = database_url(settings.database.url)
    file = Path(url.database or "") if url.drivername.startswith("sqlite") else None
    if file and (locked := read_only(file)):
        todo = "Correct the rights of file and folder."
        yield Finding(Level.BAD, "database", f"read-only: {locked} is not writable.", todo)
        return
    if file and not file.exists():
        todo = "Run `reinfra db upgrade`."
        yield Finding(Level.NOTE, "database", f"{shown(url)} does not exist yet.", todo)
        return
    try:
        store = open_store(settings.database.url)
    except ReinfraError as error:
        yield Finding(Level.BAD, "database", str(error))
        return
    yield Finding(Level.OK, "database", f"{store.name} is reachable, its schema is current")
    if file:
        yield from _file(file)
    yield from _sources(store)


def _file(file: Path) -> Iterator[Finding]:
    free = shutil.disk_usage(file.absolute().parent).free
    yield Finding(Level.OK, "disk", f"{free / 1e9:.1f} GB free")
    if sqlite3.sqlite_version_info < _WAL_FIXED_IN:
        said = f"{sqlite3.sqlite_version} has the rare WAL-reset fault (fixed in 3.51.3)."
        yield Finding(Level.NOTE, "SQLite", said, "Keep backups, or use PostgreSQL.")


def _sources(store: Store) -> Iterator[Finding]:
    from reinfra.store import sources

    with store.reading() as connection:
        found = sources.listing(connection)
    if not found:
        yield Finding(
            Level.NOTE, "sources", "nothing collected yet.", "Run `reinfra collect --once`."
        )
    for each in found:
        yield Finding(Level.OK, f"source {each.name}", f"{each.origin}, {each.series} series")


def _channels(settings: Settings) -> Iterator[Finding]:
    alerts = settings.alerts
    yield Finding(Level.OK, "alert channels", ", ".join(alerts.channels) or "none")
    if not alerts.sns_topic_arn:
        yield Finding(Level.NOTE, "Amazon SNS", "no topic is set.", "Set alerts.sns_topic_arn.")
    else:
        yield _credentials(alerts.sns_topic_arn)


def _credentials(topic: str) -> Finding:
    import boto3
    from botocore.exceptions import BotoCoreError

    todo = "Set them for AWS's own chain."
    try:
        found = boto3.Session().get_credentials()
    except BotoCoreError as error:
        return Finding(Level.BAD, "Amazon SNS", f"{topic}: {error}.", todo)
    if found is None:
        return Finding(Level.BAD, "Amazon SNS", f"{topic}: no AWS credentials.", todo)
    return Finding(Level.OK, "Amazon SNS", f"{topic}: credentials found, not tried")


def _devices() -> Iterator[Finding]:
    for tool, what in (("nvidia-smi", "NVIDIA GPUs"), ("neuron-monitor", "AWS Neuron")):
        found = shutil.which(tool)
        yield Finding(Level.OK if found else Level.NOTE, what, found or f"no {tool} on this host")
