"""How tests of NVML look at a collection of a replayed GPU."""

from dataclasses import dataclass

from collectors.base import Labels
from collectors.nvidia.collector import Nvidia
from reinfra.config.sources import NvidiaSource
from reinfra.model import Absence, Batch, Coverage, Report, SeriesKey
from tests.collectors.nvidia.replayed import Replayed
from tests.collectors.recordings import NO_LABELS

HOST = "h"


@dataclass(frozen=True, slots=True)
class Seen:
    """One collection: its batch, its report."""

    batch: Batch
    report: Report

    @property
    def values(self) -> dict[SeriesKey, float]:
        values = self.batch.value.tolist()
        return {self.batch.keys[i]: v for i, v in zip(self.batch.series, values, strict=True)}

    def value(self, signal: str, labels: Labels = NO_LABELS) -> float:
        """The one value of this signal that has these labels among its own."""
        (found,) = self.of(signal, labels).values()
        return found

    def of(self, signal: str, labels: Labels = NO_LABELS) -> dict[SeriesKey, float]:
        return {
            key: value
            for key, value in self.values.items()
            if key.metric == signal and labels.items() <= dict(key.labels).items()
        }

    def absence(self, signal: str) -> Absence:
        """Why this signal of a GPU (not of a MIG device) is not there."""
        (found,) = (
            each
            for each in self.report.absences
            if each.signal == signal and not dict(each.subject)["hw.id"].startswith("MIG")
        )
        return found

    def state(self, signal: str) -> Coverage:
        return self.absence(signal).state


def collector(nvml: Replayed, **settings: object) -> Nvidia:
    chosen = NvidiaSource.model_validate(settings)
    return Nvidia(nvml=nvml, host=HOST, clock=lambda: 7, settings=chosen)


def collect(nvidia: Nvidia) -> Seen:
    batch, report = nvidia.collect()
    assert isinstance(batch, Batch)
    assert isinstance(report, Report)
    return Seen(batch, report)


def seen(nvml: Replayed, **settings: object) -> Seen:
    return collect(collector(nvml, **settings))
