"""What every command may need: settings and the store, opened when first asked for."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from reinfra.config import Settings
    from reinfra.store import SampleStore, Store


@dataclass(frozen=True, slots=True)
class Context:
    """The options given before the command's name."""

    config: Path | None
    verbose: bool

    def settings(self) -> "Settings":
        """The validated settings. Raises InputError naming file or variable, key and reason."""
        from reinfra.config import load_settings
        from reinfra.logs import configure

        configure(verbose=self.verbose)
        return load_settings(self.config)

    def store(self, settings: "Settings") -> "Store":
        """The store of the settings. Raises StoreError if its schema is missing, older or newer."""
        from reinfra.store import open_store

        return open_store(settings.database.url)

    def samples(self, settings: "Settings") -> "SampleStore | None":
        """Where samples live if that is elsewhere, else None. Raises InputError."""
        if not settings.database.samples:
            return None
        from reinfra.store.backends import open_samples

        return open_samples(settings.database.samples)


def context(ctx: typer.Context) -> Context:
    found = ctx.obj
    if not isinstance(found, Context):
        raise TypeError("the root command sets the context")
    return found
