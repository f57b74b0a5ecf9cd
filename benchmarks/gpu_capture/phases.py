"""What runs when: normal training, and between two stretches of it one planted fault at a time."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Load:
    """How the training process behaves. `stall` is seconds waited for data before each batch."""

    batch: int = 32
    precision: str = "bfloat16"
    stall: float = 0.0
    leak: int = 0
    """Bytes kept at each step and never freed."""
    idle: bool = False
    """Hold the memory and do nothing."""


@dataclass(frozen=True, slots=True)
class Phase:
    """`fault` is the label; "" where all is well. `rival`: another process computes on the same GPU."""

    fault: str
    load: Load
    rival: bool = False


NORMAL = Phase("", Load())
FAULTS = (
    Phase("data_loader_stall", Load(stall=0.5)),
    Phase("batch_collapse", Load(batch=1)),
    Phase("memory_leak", Load(leak=16 * 1024**2)),
    Phase("held_but_idle", Load(idle=True)),
    Phase("straggler", Load(), rival=True),
    Phase("fp32_fallback", Load(precision="float32")),
)


@dataclass(frozen=True, slots=True)
class Window:
    """A phase as it was run; times in milliseconds since 1970 UTC, `until` not included."""

    fault: str
    since: int
    until: int


def schedule(only: Sequence[str] = (), rounds: int = 1) -> list[Phase]:
    """Normal load before, between and after the faults, each of them `rounds` times."""
    chosen = [phase for phase in FAULTS if not only or phase.fault in only]
    return [NORMAL, *(each for phase in chosen * rounds for each in (phase, NORMAL))]
