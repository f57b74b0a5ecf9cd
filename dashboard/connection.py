"""The one store of a dashboard process, opened when it is first asked for."""

import functools
import os

from reinfra.config import load_settings
from reinfra.store import SampleStore, Store, open_store

DATABASE_VARIABLE = "REINFRA_DATABASE_URL"


def database_url() -> str:
    """The database that the environment names, or the settings'. Raises InputError for bad settings."""
    return os.environ.get(DATABASE_VARIABLE) or load_settings().database.url


def store() -> Store:
    """Raises StoreError for a database that is away, or whose schema is missing, older or newer."""
    return store_at(database_url())


@functools.cache
def store_at(url: str) -> Store:
    """As `store`. A failure is not kept: the next call tries again."""
    return open_store(url)


@functools.cache
def samples_at(url: str) -> SampleStore:
    """Where the samples are that the findings at `url` are about: there, or where the settings say."""
    elsewhere = load_settings().database.samples
    if not elsewhere:
        return store_at(url)
    from reinfra.store.backends import open_samples

    return open_samples(elsewhere)
