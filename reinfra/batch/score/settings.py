"""How a file is scored."""

import enum
from dataclasses import dataclass

from reinfra.config import DetectSettings
from reinfra.model import InputError


class Mode(enum.StrEnum):
    """Which samples a score may be made from."""

    BATCH = "batch"
    """The whole file."""
    STREAM = "stream"
    """Those up to one window later (`score`), and those up to now (`score_now`)."""


DETECTORS = {Mode.BATCH: "autoregression", Mode.STREAM: "autoregression"}


@dataclass(frozen=True, slots=True)
class ScoreSettings:
    """`detector` "" is the mode's own."""

    detect: DetectSettings
    mode: Mode = Mode.BATCH
    detector: str = ""

    @property
    def name(self) -> str:
        return self.detector or DETECTORS[self.mode]


def mode_of(name: str) -> Mode:
    """Raises InputError for a mode there is not."""
    try:
        return Mode(name)
    except ValueError as error:
        raise InputError(
            f"no mode {name!r}", where="--mode", todo=f"Known: {', '.join(Mode)}"
        ) from error
