"""Which detectors look at which series: those that are named look at all, else each series gets what suits it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from detectors.choice import choose, daily, looks_back
from detectors.choice_rules import CLASSES, STALENESS
from reinfra.batch.acquire import Window
from reinfra.config import DetectSettings
from reinfra.model import DAY
from reinfra.store import Stored

ON_SAMPLES = (CLASSES, STALENESS)
"""They look at samples as they came, and not at a grid."""

Named = dict[str, list[Stored]]


@dataclass(frozen=True, slots=True)
class Chosen:
    """The series of each detector by its name: in every pass, and in the first of a UTC day."""

    every: Named
    daily: Named

    @classmethod
    def of(
        cls, series: Sequence[Stored], settings: DetectSettings, names: Sequence[str] = ()
    ) -> Self:
        """With `names`, exactly these look at everything; without, what each signal is like decides."""
        if names:
            return cls({name: list(series) for name in names}, {})
        every: Named = defaultdict(list)
        once: Named = defaultdict(list)
        for one in series:
            for name in choose(one.key, settings.override):
                every[name].append(one)
            for name in daily(one.key, settings.override):
                once[name].append(one)
        return cls(dict(every), dict(once))

    def of_pass(self, window: Window) -> Iterable[tuple[str, list[Stored], bool]]:
        """(name, series, whether once a day) of the detectors that are due in a pass and look at a grid."""
        for name, series in self.every.items():
            if name not in ON_SAMPLES:
                yield name, series, False
        if window.since // DAY < window.until // DAY:
            for name, series in self.daily.items():
                begun = window.until - looks_back(name).least
                yield name, [one for one in series if one.first_at <= begun], True
