"""The recordings that ship with reinfra, and how tests look into batches."""

from datetime import datetime
from importlib import resources
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from collectors.base import Labels
from reinfra.model import Batch, SeriesKey

DATA = Path(str(resources.files("reinfra.demo"))) / "data"
NO_LABELS: Labels = MappingProxyType({})


def key_where(batch: Batch, metric: str, labels: Labels = NO_LABELS) -> SeriesKey:
    """The one key of this metric that has these labels among its own."""
    (found,) = (
        key
        for key in batch.keys
        if key.metric == metric and all(key.label(name) == text for name, text in labels.items())
    )
    return found


def values(batch: Batch, metric: str, labels: Labels = NO_LABELS) -> NDArray[np.float64]:
    """The values of that one series, in the batch's order."""
    chosen = batch.series == batch.keys.index(key_where(batch, metric, labels))
    return np.asarray(batch.value[chosen], np.float64)


def value(batch: Batch, metric: str, labels: Labels = NO_LABELS) -> float:
    (only,) = values(batch, metric, labels).tolist()
    return float(only)


def milliseconds(text: str) -> int:
    """2020-01-01T00:00:00Z as the model's time."""
    return int(datetime.fromisoformat(text).timestamp() * 1000)
