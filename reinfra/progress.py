"""How long work says how far it is, without knowing who watches."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """`done` of `of` parts of a stage."""

    stage: str
    done: int
    of: int

    @property
    def ends(self) -> bool:
        """Whether the stage is complete."""
        return self.done >= self.of


Progress = Callable[[Step], None]


def silent(_step: Step) -> None:
    """Nobody watches."""
