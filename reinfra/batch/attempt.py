"""One part of a run that fails is on record, and does not stop the others."""

from collections.abc import Callable, Sequence

import structlog

from reinfra.batch.evaluate import Evaluation
from reinfra.errors import ReinfraError
from reinfra.store import Stored, StoreError

log = structlog.get_logger()


class LostError(ReinfraError):
    """An item that took longer than its lease, and is another worker's now."""


def attempted(name: str, series: Sequence[Stored], part: Callable[[], Evaluation]) -> Evaluation:
    """What a part comes to; where it fails, for which series and why.

    Raises StoreError: without a store nothing can be kept.
    """
    try:
        return part()
    except (StoreError, LostError):
        raise
    except ReinfraError as error:
        why = f"{name}: {error}"
        log.warning("detect", failed=why, series=len(series))
    except Exception as defect:  # the one place that keeps the other parts alive
        why = f"{name}: a defect ({type(defect).__name__}); the log has its trace"
        log.exception("detect", failed=name, series=len(series))
    return Evaluation(failed={one.id: why for one in series})
