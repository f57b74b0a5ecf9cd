"""The items of a run on the workers of a Dask cluster. No password is sent there."""

import os
from collections.abc import Iterator, Sequence

from sqlalchemy.engine import URL, make_url

from reinfra.batch.elsewhere import Place, elsewhere, largest, own
from reinfra.batch.evaluate import Evaluation
from reinfra.batch.items import Item
from reinfra.batch.task import Task
from reinfra.errors import InputError
from reinfra.store.address import shown
from reinfra.store.errors import StoreError

DATABASE, SAMPLES = "REINFRA_DATABASE_URL", "REINFRA_DATABASE_SAMPLES"
"""What a worker's own environment may say of where the stores are."""

_CONNECT_S = 10


def on_cluster(
    place: Place, task: Task, items: Sequence[Item], address: str
) -> Iterator[Evaluation]:
    """Work on the items there. Raises InputError for a cluster or, on its workers, a database out of reach."""
    try:
        from distributed import Client
    except ImportError as error:
        raise InputError("Dask is not installed", todo="Install reinfra[dask].") from error
    try:
        client = Client(address, timeout=_CONNECT_S, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise InputError("the Dask cluster cannot be reached", where=address) from error
    bare = without_secrets(place)
    with client:
        running = [
            client.submit(on_worker, bare, own(task, item), item, pure=False)
            for item in largest(items)
        ]
        yield from (future.result() for future in running)


def without_secrets(place: Place) -> Place:
    """The place as any worker, and whoever reads the cluster's dashboard, may see it."""
    url = make_url(place.url)
    query = {name: value for name, value in url.query.items() if "password" not in name}
    bare = URL.create(url.drivername, url.username, None, url.host, url.port, url.database, query)
    return Place(bare.render_as_string(), shown(place.samples))


def on_worker(place: Place, task: Task, item: Item) -> Evaluation:
    """Work on an item where a worker's own environment says how to get at the stores, if it does.

    Raises InputError where the database cannot be reached.
    """
    mine = Place(os.environ.get(DATABASE) or place.url, os.environ.get(SAMPLES) or place.samples)
    try:
        return elsewhere(mine, task, item)
    except StoreError as error:
        raise InputError(
            "a worker of the cluster cannot reach the database",
            where=shown(mine.url),
            why=shown(str(error)),
            todo=f"Set {DATABASE} in the workers' environment: passwords are not sent to them.",
        ) from error
