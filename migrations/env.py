"""Alembic's entry: one transaction for each run, on the connection that reinfra hands over."""

from alembic import context
from sqlalchemy import Connection

from reinfra.store.schema import metadata


def migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=True,  # SQLite rebuilds a table to alter it
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()


migrate(context.config.attributes["connection"])
