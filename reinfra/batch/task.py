"""What all parts of a run share."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from reinfra.batch.acquire import Window
from reinfra.config import DetectSettings


@dataclass(frozen=True, slots=True)
class Task:
    """What all items of a run share. `goes_on` uses states and keeps new ones; a dry run keeps nothing.

    `ids` are those that findings about series have in the store, where samples live elsewhere.
    """

    settings: DetectSettings
    window: Window
    goes_on: bool
    dry_run: bool
    now: int
    ids: Mapping[int, int] = field(default_factory=dict)
