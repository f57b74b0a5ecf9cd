"""What a detector is: a pure function from many series to a score for every sample."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, Self, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from reinfra.model import ModelError, ReinfraError, SeriesBlock

Floats = NDArray[np.float64]

HIGHEST = 1000.0
"""The highest score of a detector that expects a value: a line that never moved has no usual error."""


class DetectorError(ReinfraError):
    """A detector that cannot do what it was asked to."""


_LARGEST = 1e150
"""The squares of larger values cannot be summed in float64: such a sample says nothing sensible."""


def readable(block: SeriesBlock) -> Floats:
    """The block's values; NaN where there is no sample or one too large to reckon with."""
    there = block.mask & (np.abs(block.values) <= _LARGEST)
    return np.where(there, block.values, np.nan)


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """How strange each sample of a block is. All three arrays are `[series, time]`, as in the block.

    `values` is never negative and higher is stranger. NaN means "not scored", which is never the
    same as "not strange": there was no sample (mask False), the sample was NaN or above 1e150, the detector is
    still warming up, or too little of the recent past is there to compare with.

    `expected` is the value the detector would have expected and `scale` its usual error there, both
    in the series' unit. They are NaN where it expects no value. Where `scale` is given,
    `values == |sample - expected| / scale`, so `expected +- threshold * scale` is the band in
    which a sample is not flagged.
    """

    values: Floats
    expected: Floats
    scale: Floats

    def __post_init__(self) -> None:
        if not (self.values.shape == self.expected.shape == self.scale.shape):
            raise ModelError("scores, expected values and scales need one shape")

    @classmethod
    def unscored(cls, shape: tuple[int, int]) -> Self:
        """Three arrays of NaN, to be filled in where there is something to say."""
        return cls(np.full(shape, np.nan), np.full(shape, np.nan), np.full(shape, np.nan))


class Detector(Protocol):
    """A frozen dataclass whose `score` is pure: same block and same settings, same scores.

    Gaps are never filled. Too little history gives NaN and never a score; a line that never moves is not
    strange. With `causal`, a sample's score depends on that sample and those before it only, so
    the future never changes it; without, the score of a sample may use the whole block. With `alone`, one
    series gets the scores that it gets in a block; without, series are compared with their siblings.
    """

    @property
    def name(self) -> str: ...

    @property
    def causal(self) -> bool: ...

    @property
    def alone(self) -> bool: ...

    @property
    def limit(self) -> float | None:
        """The score above which a sample is strange by the detector's own reckoning, such as a p-value's.

        None: scores have no meaning of their own, and thresholds are made from past ones.
        """

    def score(self, block: SeriesBlock) -> Scores: ...


@runtime_checkable
class Streaming(Detector, Protocol):
    """A causal detector that goes on where it stopped, so that a run scores new samples only.

    However a block is cut into stretches of time, advancing through them gives bit for bit the scores
    of one `score` over all of it.
    """

    @property
    def version(self) -> int:
        """Of its states. One of another version is refused: DetectorError."""

    def advance(
        self, states: Sequence[bytes | None], block: SeriesBlock
    ) -> tuple[Scores, list[bytes]]:
        """Scores of the block's samples, and the state of each series after them.

        `states[i]` is what an earlier call returned for series `keys[i]`, None for one never seen. The
        block begins where the state ends, or later: what lies between is a gap.
        """


@runtime_checkable
class StreamingThresholds(Protocol):
    """Thresholds that go on where they stopped, as `Streaming` scores do, bit for bit the same however cut.

    All series of a fleet must be in the block: what is learned of one steadies the others.
    """

    @property
    def version(self) -> int:
        """Of its states. One of another version is refused: DetectorError."""

    def advance(
        self, states: Sequence[bytes | None], block: SeriesBlock, scores: Scores
    ) -> tuple[Floats, list[bytes]]:
        """`[series, time]` thresholds of the block's scores, and the state of each series after them."""


@runtime_checkable
class Layered(Protocol):
    """States in two parts: a short one that every stretch changes, a long one that is opened now and then.

    `advance` also takes states cut down to their short part, where `opens` says that it needs no more, and
    then gives such states back. So a run of few new samples moves little.
    """

    def opens(self, since: int, until: int, step: int) -> bool:
        """Whether advancing a state that ends at `since` over cells up to `until` needs its long part."""

    def split(self, state: bytes) -> tuple[bytes, bytes]:
        """The two parts, which put together are the state."""


@runtime_checkable
class Settling(Detector, Protocol):
    """A causal detector that knows better a little later."""

    def settled(self, block: SeriesBlock) -> tuple[Scores, Floats]:
        """Scores as they are once a short stretch of the future is known, and those of `score`."""
