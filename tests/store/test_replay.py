import numpy as np
import pytest

from reinfra.model import Batch, SeriesKey
from reinfra.store import Selector, Source, Store

NOW = 1_750_000_000_000
KEYS = tuple(SeriesKey.of("m", {"i": str(i)}) for i in range(3))


def page(value: float) -> Batch:
    """Two instants of each series, the first of them a NaN."""
    at = np.tile([NOW - 1000, NOW], 3)
    values = np.tile([np.nan, value], 3)
    return Batch(KEYS, np.repeat(np.arange(3, dtype=np.int32), 2), at, values)


@pytest.mark.parametrize("url", ["sqlite_url", "postgres_url"])
def test_a_page_like_an_older_one_is_news_where_another_came_between(
    url: str, request: pytest.FixtureRequest
) -> None:
    from reinfra.store import open_store

    store = open_store(request.getfixturevalue(url), clock=lambda: NOW)
    written = [
        store.write(page(value), Source("s")).replayed for value in (1.0, 1.0, 2.0, 1.0, 1.0)
    ]
    assert written == [False, True, False, False, True]
    assert latest(store) == [1.0] * 3
    store.engine.dispose()


def latest(store: Store) -> list[float]:
    return [
        float(value[-1]) for value in store.samples(store.series(Selector()), NOW, NOW + 1).value
    ]
