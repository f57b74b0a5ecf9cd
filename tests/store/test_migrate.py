"""The schema, built by its migrations only."""

import numpy as np
import pytest
from sqlalchemy import text

from reinfra.model import Batch, SeriesKey
from reinfra.store import Selector, Source, Store, migrate, open_store
from tests.store.conftest import NOW, Hand


def test_tables_and_migrations_tell_one_story(held: Store) -> None:
    with held.reading() as connection:
        migrate.check_models(connection)


@pytest.fixture(params=["sqlite_url", "own_postgres_url"])
def own_url(request: pytest.FixtureRequest) -> str:
    """A database whose schema the test may change."""
    return str(request.getfixturevalue(request.param))


def test_every_migration_can_be_taken_back(own_url: str, clock: Hand) -> None:
    held = open_store(own_url, clock=clock)
    held.write(Batch.at_instant(NOW, [(SeriesKey.of("hw.power", {}), 1.0)]), Source("live"))
    with held.writing() as connection:
        for table in ("hot_frame", "batch", "series_label", "series", "source"):
            connection.execute(text(f"DELETE FROM {table}"))  # noqa: S608
        migrate.downgrade(connection)
        assert migrate.current(connection) is None
        migrate.upgrade(connection)
    assert held.series(Selector()) == []
    held.engine.dispose()


def test_frames_of_the_first_schema_are_carried_over(own_url: str, clock: Hand) -> None:
    store = open_store(own_url, clock=clock)
    with store.writing() as connection:
        migrate.downgrade(connection, "0001")
        connection.execute(text("INSERT INTO source VALUES (1, 's', 'live', '', NULL, NULL, 0, 0)"))
        for id_ in (1, 300):
            connection.execute(
                text(
                    "INSERT INTO series VALUES (:id, :print, 1, 'm', 'gauge', '1', '{}', :at, :at)"
                ),
                {"id": id_, "print": bytes([id_ % 256]) * 16, "at": NOW},
            )
        columns = np.array([1, 300]), np.array([NOW, NOW + 5]), np.array([1.5, np.nan])
        ids, at, value = (column.tobytes() for column in columns)
        row = {"since": NOW, "until": NOW + 5, "d": b"0" * 16, "i": ids, "a": at, "v": value}
        connection.execute(
            text(
                "INSERT INTO hot_frame (seq, source_id, since, until, digest, count, series_ids, at, value, crc)"
                " VALUES (1, 1, :since, :until, :d, 2, :i, :a, :v, 0)"
            ),
            row,
        )
        migrate.upgrade(connection)
    found = store.samples(store.series(Selector()), NOW, NOW + 10)
    assert [one.tolist() for one in found.at] == [[NOW], [NOW + 5]]
    assert found.value[0].tolist() == [1.5]
    assert np.isnan(found.value[1]).all()
    store.engine.dispose()
