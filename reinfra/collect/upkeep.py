"""What keeps the store in shape while sources are collected."""

import structlog

from reinfra.errors import LockedError
from reinfra.store import Store, StoreError
from reinfra.store.retain import retain
from reinfra.store.seal import seal

log = structlog.get_logger()


def upkeep(store: Store) -> None:
    """Seal what is over and drop what has expired, unless another process is at it."""
    try:
        sealed, retained = seal(store), retain(store)
    except (LockedError, StoreError) as error:
        log.warning("upkeep", skipped=str(error))
    else:
        log.info("upkeep", sealed=sealed.samples, damaged=sealed.damaged, dropped=retained.chunks)
