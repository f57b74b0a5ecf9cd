"""How a file is scored."""

import enum
from dataclasses import dataclass

from reinfra.batch.score.history import Promise
from reinfra.config import DetectSettings
from reinfra.model import InputError


class Mode(enum.StrEnum):
    """Which samples a score may be made from."""

    BATCH = "batch"
    """The whole file."""
    STREAM = "stream"
    """Those up to one window later (`score`), and those up to now (`score_now`)."""


OF_PROMISE = "autoregression"
DETECTORS = {Mode.BATCH: "windows", Mode.STREAM: "windows_stream"}


@dataclass(frozen=True, slots=True)
class ScoreSettings:
    """`detector` "" is the mode's own. A promise about false alarms is kept in stream mode."""

    detect: DetectSettings
    mode: Mode = Mode.BATCH
    detector: str = ""
    promise: Promise | None = None

    @property
    def name(self) -> str:
        return self.detector or (OF_PROMISE if self.promise else DETECTORS[self.mode])


def mode_of(name: str) -> Mode:
    """Raises InputError for a mode there is not."""
    try:
        return Mode(name)
    except ValueError as error:
        raise InputError(
            f"no mode {name!r}", where="--mode", todo=f"Known: {', '.join(Mode)}"
        ) from error
