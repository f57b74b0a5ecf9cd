"""Measured rounds of a load test, in columns."""

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from reinfra.model import InputError

Texts = NDArray[np.str_]
Counts = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Runs:
    """Row i of every column is one round: `concurrency[i]` requests sent at once, of one payload bin.

    `latency` is in seconds, the mean over the answered requests of the round, NaN where none was
    answered. `prompt_tokens` counts all requests sent, `output_tokens` the answered ones. `model` is
    empty where the file does not name it. `source` is the file the rows come from.
    """

    source: str
    instance_type: Texts
    model: Texts
    experiment: Texts
    endpoint: Texts
    container: Texts
    payload: Texts
    concurrency: Counts
    latency: Floats
    prompt_tokens: Floats
    output_tokens: Floats
    successes: Counts
    errors: Counts

    def __len__(self) -> int:
        return int(self.latency.size)

    def select(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> "Runs":
        columns = (field.name for field in fields(self) if field.name != "source")
        return replace(self, **{name: getattr(self, name)[rows] for name in columns})

    def of(self, name: str) -> "Runs":
        """The rows of one instance type, with or without its "ml." prefix, of one experiment or endpoint."""
        here = self._named(name)
        if not here.any():
            bare = np.array([text.removeprefix("ml.") for text in self.instance_type])
            raise InputError(
                f"no rows of {name!r}",
                where=self.source,
                todo=f"The file holds: {', '.join(distinct(bare))}",
            )
        return self.select(here)

    def has(self, name: str) -> bool:
        return bool(self._named(name).any())

    def _named(self, name: str) -> NDArray[np.bool_]:
        bare = np.array([text.removeprefix("ml.") for text in self.instance_type])
        named = (bare == name.removeprefix("ml.")) | (self.experiment == name)
        return np.asarray(named | (self.endpoint == name), np.bool_)

    @property
    def strata(self) -> tuple[tuple[str, int], ...]:
        """The (payload bin, concurrency) of each row."""
        return tuple(zip(self.payload.tolist(), self.concurrency.tolist(), strict=True))

    @property
    def time_per_token(self) -> Floats:
        """Seconds per output token of one request: latency x concurrency / tokens of the round.

        Infinite where time passed and no token came; NaN where no request was answered.
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            return self.latency * self.concurrency / self.output_tokens


def distinct(column: Texts) -> tuple[str, ...]:
    """The different texts of a column, sorted, the empty one left out."""
    return tuple(sorted({str(text) for text in column} - {""}))
