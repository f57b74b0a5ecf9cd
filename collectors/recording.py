"""A recording: samples measured elsewhere at another time, and what must be said about them."""

from dataclasses import dataclass, replace

import numpy as np

from reinfra.model import DAY, MINUTE, Batch, iso

Window = tuple[int, int]


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """`batch` and `windows` are at shifted times, `since` and `until` the original first and last.

    `since` and `until` are None where the source does not say when it was recorded; `shift` (ms) is
    what was added to the original times, and then has no meaning and is 0. `windows` are the
    labelled anomalies (first and last instant). `note` is one more sentence that a reader needs.
    """

    name: str
    by: str
    source: str
    licence: str
    batch: Batch
    since: int | None
    until: int | None
    step: int = MINUTE
    shift: int = 0
    windows: tuple[Window, ...] = ()
    note: str = ""

    def ending(self, now: int) -> "Recording":
        """The recording moved so that its last sample lies at the last whole step up to `now`."""
        last = int(self.batch.at.max(initial=0))
        moved = now // self.step * self.step - last
        shifted = replace(self.batch, at=np.asarray(self.batch.at + moved, np.int64))
        return replace(
            self,
            batch=shifted,
            shift=0 if self.since is None else self.shift + moved,
            windows=tuple((since + moved, until + moved) for since, until in self.windows),
        )

    @property
    def sentence(self) -> str:
        """What a page says beside these numbers."""
        if self.since is None or self.until is None:
            said = f"recorded by {self.by} at a time it does not state, shown as of now"
        else:
            said = (
                f"recorded {_days(self.since, self.until)} by {self.by}, "
                f"times shifted by {self.shift / DAY:+,.0f} days"
            )
        return f"{said}. {self.note}" if self.note else said


def _days(since: int, until: int) -> str:
    first, last = iso(since)[:10], iso(until)[:10]
    return first if first == last else f"{first}..{last}"
