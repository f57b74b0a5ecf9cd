#!/usr/bin/env python3
"""new_migration.py MESSAGE: a migration for what reinfra.store.schema has and migrations/versions has not."""

import sys
from importlib import resources

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from reinfra.store.migrate import upgrade
from reinfra.store.schema import REVISIONS


def main(message: str) -> None:
    with create_engine("sqlite://").begin() as connection:
        upgrade(connection)
        config = Config()
        config.set_main_option("script_location", str(resources.files("migrations")))
        config.attributes["connection"] = connection
        number = f"{len(REVISIONS) + 1:04d}"
        command.revision(config, message, autogenerate=True, rev_id=number)


main(" ".join(sys.argv[1:]) or sys.exit("Say in a few words what changes."))
