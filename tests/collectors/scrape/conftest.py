from collections.abc import Iterator

import pytest

from tests.collectors.scrape.loopback import Exporter, exporter


@pytest.fixture
def target() -> Iterator[Exporter]:
    """An exporter on loopback, to be told what to answer."""
    with exporter() as one:
        yield one
