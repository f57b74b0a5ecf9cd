"""Checking, retaining, vacuuming, counting."""

import numpy as np
from sqlalchemy import select, text, update

from reinfra.model import DAY, HOUR, MINUTE, Batch, Origin, SeriesKey
from reinfra.store import Selector, Source, Store
from reinfra.store.check import check
from reinfra.store.columns import BLOCK
from reinfra.store.retain import retain
from reinfra.store.rollups import COARSE, FINE, load
from reinfra.store.seal import seal
from reinfra.store.stats import stats
from reinfra.store.sums import sums_of
from reinfra.store.tables import chunk, hot_frame, retention, time_vector
from reinfra.store.vacuum import vacuum
from tests.store.conftest import NOW

RECORDED = Source("recorded", Origin.RECORDED)
KEYS = tuple(SeriesKey.of("load", {"host.name": name}) for name in "ab")


def history(store: Store, days: int) -> None:
    """Of the last three days, and of what is older than a month."""
    age = np.arange(0, days * DAY, 10 * MINUTE)[::-1]
    at = NOW - age[(age < 3 * DAY) | (age > 30 * DAY)]
    for key in KEYS:
        store.write(Batch.of_series(key, at, np.sin(at / HOUR)), RECORDED)
    seal(store)


def test_a_sound_store_is_clean(held: Store) -> None:
    history(held, 3)
    found = check(held)
    assert found.problems == []
    assert (found.chunks, found.frames) == (36, 2)


def test_every_kind_of_damage_is_named(held: Store) -> None:
    history(held, 1)
    with held.writing() as connection:
        for table in (chunk, hot_frame, time_vector):
            column = table.c.data if table is time_vector else table.c.value
            row = connection.execute(select(table).limit(1)).one()
            data = getattr(row, column.name)
            bad = data[:-1] + bytes([data[-1] ^ 255])
            here = [key == getattr(row, key.name) for key in table.primary_key]
            connection.execute(update(table).where(*here).values({column.name: bad}))
        connection.execute(
            text("UPDATE rollup SET crc = crc + 1 WHERE block = (SELECT min(block) FROM rollup)")
        )
    named = " ".join(check(held).problems)
    for words in ("chunk of series", "frame ", "time vector", "rollup of group"):
        assert words in named


def test_raw_samples_expire_into_five_minutes_and_hours(held: Store) -> None:
    history(held, 35)
    before = stats(held).sealed_samples
    done = retain(held)
    assert done.rolled_up > 0
    assert stats(held).sealed_samples < before
    selected = held.series(Selector())
    assert selected[0].first_at >= NOW - 30 * DAY - BLOCK
    found = held.samples(selected, 0, NOW)
    assert found.at[0][0] >= NOW - 30 * DAY - BLOCK
    block = (NOW - 33 * DAY) // BLOCK
    with held.reading() as connection:
        fine, coarse = (load(connection, [block], [0], step)[0] for step in (FINE, COARSE))
    assert sums_of(fine).count.sum() == sums_of(coarse).count.sum() == 2 * 24
    assert check(held).clean
    assert retain(held).chunks == 0


def test_a_policy_of_their_own_keeps_some_series_longer(held: Store) -> None:
    history(held, 35)
    row = {"raw_days": 60, "five_minute_days": 90, "hour_days": 400}
    with held.writing() as connection:
        connection.execute(retention.insert().values(selector='{host.name="a"}', **row))
    retain(held)
    sizes = {
        key.label("host.name"): at.size
        for key, at in zip(KEYS, held.samples(held.series(Selector()), 0, NOW).at, strict=True)
    }
    assert sizes["a"] > sizes["b"]


def test_a_vacuum_keeps_everything_and_shrinks_the_file(scratch: Store) -> None:
    history(scratch, 33)
    with scratch.writing() as connection:
        connection.execute(text("DELETE FROM chunk WHERE series_id = 1"))
    before = stats(scratch).bytes
    vacuum(scratch)
    assert stats(scratch).bytes < before
    assert check(scratch).problems == []


def test_plain_sql_shows_the_latest_samples_blocks_and_anomalies(held: Store) -> None:
    history(held, 2)
    with held.reading() as connection:
        latest = connection.execute(text("SELECT * FROM latest_sample ORDER BY labels")).all()
        blocks = connection.execute(text("SELECT * FROM block_summary")).all()
        assert connection.execute(text("SELECT * FROM found_anomaly")).all() == []
    assert [row.metric for row in latest] == ["load", "load"]
    assert str(latest[0].at).startswith("2023-11-14")
    assert latest[0].value == np.sin(NOW / HOUR)
    assert all(row.low * row.count <= row.total <= row.high * row.count for row in blocks)
    assert str(blocks[0].since).startswith("2023-11-1")
